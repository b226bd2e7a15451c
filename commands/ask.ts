/**
 * Ask commands: questions to a running Waybill, over its API.
 *
 * The command line reads no store of its own: the embedded one belongs to the process that serves.
 */

import { Failure } from "../errors.ts";
import { Answer } from "../query/answer.ts";
import { renderSlos } from "../slo/render.ts";
import { SloList } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";

/** A question, with where and how to answer it. */
export type Asking = { readonly json?: boolean; readonly url?: string } & (
  | { readonly kind: "order"; readonly id: string; readonly explain?: boolean }
  | { readonly kind: "find"; readonly id: string }
  | { readonly kind: "journeys"; readonly filter: Readonly<Record<string, string>> }
  | { readonly kind: "slo" }
  | { readonly kind: "dead-letters" }
);

/** 0 with an answer, 1 when nothing is known. */
export async function ask(around: Surroundings, asking: Asking): Promise<number> {
  const path = pathOf(asking);
  if (asking.json) {
    around.print(await fetchText(around, asking, { path, accept: "application/json" }));
  } else if (asking.kind === "slo") {
    const text = await fetchText(around, asking, { path, accept: "application/json" });
    around.print(renderSlos(SloList.parse(JSON.parse(text))));
  } else if (asking.kind === "order" && asking.explain) {
    const text = await fetchText(around, asking, { path, accept: "application/json" });
    around.print(explain(Answer.parse(JSON.parse(text))));
  } else {
    around.print((await fetchText(around, asking, { path, accept: "text/plain" })).trimEnd());
  }
  return 0;
}

function pathOf(asking: Asking): string {
  switch (asking.kind) {
    case "order":
      return `/v1/orders/${encodeURIComponent(asking.id)}`;
    case "find":
      return `/v1/find?id=${encodeURIComponent(asking.id)}`;
    case "journeys":
      return `/v1/journeys?${new URLSearchParams(asking.filter)}`;
    case "slo":
      return "/v1/slos";
    case "dead-letters":
      return "/v1/dead-letters";
  }
}

/** Every hop with the rule, key and hop by which it is there. */
function explain(answer: Answer): string {
  const names = new Map(answer.hops.map((hop) => [hop.id, `${hop.service} ${hop.name}`]));
  const lines = answer.hops.map((hop) => {
    const why = hop.evidence.map(({ rule, key, through }) =>
      [rule, key, through === undefined ? undefined : `through ${names.get(through) ?? through}`]
        .filter((part) => part !== undefined)
        .join(" "),
    );
    return `${hop.at}  ${hop.service} ${hop.name}: ${why.join("; ")}`;
  });
  return [answer.headline, ...lines].join("\n");
}

interface Wanted {
  readonly path: string;
  readonly accept: string;
}

async function fetchText(around: Surroundings, { url }: Asking, { path, accept }: Wanted): Promise<string> {
  const { host, apiPort, token } = around.config();
  const base = url ?? `http://${host.includes(":") ? `[${host}]` : host}:${apiPort}`;
  const headers: Record<string, string> = { accept };
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  const response = await fetch(new URL(path, base), { headers }).catch((error: unknown) => {
    throw new Failure("store_unavailable", `No Waybill answers at ${base}; start one with: npm start`, error);
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Failure(response.status === 404 ? "not_found" : "bad_request", detailIn(text));
}

function detailIn(problem: string): string {
  try {
    return String(Reflect.get(JSON.parse(problem), "detail") ?? "");
  } catch {
    return problem.slice(0, 200);
  }
}
