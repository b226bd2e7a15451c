/**
 * Ask commands: questions to a running Waybill, over its API.
 *
 * The command line reads no store of its own: the embedded one belongs to the process that serves.
 */

import { Answer } from "../query/answer.ts";
import { renderSlos } from "../slo/render.ts";
import { SloList } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";

/** A question, with where and how to answer it. */
export type Asking = { readonly json?: boolean; readonly url?: string } & (
  | { readonly kind: "order"; readonly id: string; readonly explain?: boolean }
  | { readonly kind: "find"; readonly id: string }
  | { readonly kind: "journeys"; readonly filter: Readonly<Record<string, string>> }
  | { readonly kind: "slo" }
);

/** 0 with an answer, 1 when nothing is known. */
export async function ask(around: Surroundings, asking: Asking): Promise<number> {
  const path = pathOf(asking);
  const { url } = asking;
  if (asking.json) {
    around.print(await fetchText(around, { path, url, accept: "application/json" }));
  } else if (asking.kind === "slo") {
    const text = await fetchText(around, { path, url, accept: "application/json" });
    around.print(renderSlos(SloList.parse(JSON.parse(text))));
  } else if (asking.kind === "order" && asking.explain) {
    const text = await fetchText(around, { path, url, accept: "application/json" });
    around.print(explain(Answer.parse(JSON.parse(text))));
  } else {
    around.print((await fetchText(around, { path, url, accept: "text/plain" })).trimEnd());
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
