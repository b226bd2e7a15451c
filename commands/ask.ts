/**
 * Ask commands: questions to a running Waybill, over its API.
 *
 * The command line reads no store of its own: the embedded one belongs to the process that serves.
 */
import { findPath } from "../query/address.ts";
import { renderSlos } from "../slo/render.ts";
import { SloList } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";
import { find } from "./find.ts";
import { order } from "./order.ts";

/** A question, with where and how to answer it. */
export type Asking = { readonly json?: boolean; readonly url?: string } & (
  | { readonly kind: "order"; readonly id: string; readonly explain?: boolean }
  | { readonly kind: "find"; readonly id: string }
  | { readonly kind: "journeys"; readonly filter: Readonly<Record<string, string>> }
  | { readonly kind: "slo" }
);

/** 0 with an answer, 1 when nothing is known, or when an explanation does not hold. */
export async function ask(around: Surroundings, asking: Asking): Promise<number> {
  if (asking.kind === "order") return order(around, asking);
  if (asking.kind === "find" && !asking.json) return find(around, asking.id, asking.url);
  const path = pathOf(asking);
  const { url } = asking;
  if (asking.json) {
    around.print(await fetchText(around, { path, url, accept: "application/json" }));
  } else if (asking.kind === "slo") {
    const text = await fetchText(around, { path, url, accept: "application/json" });
    around.print(renderSlos(SloList.parse(JSON.parse(text))).trimEnd());
  } else {
    around.print((await fetchText(around, { path, url, accept: "text/plain" })).trimEnd());
  }
  return 0;
}

function pathOf(asking: Exclude<Asking, { kind: "order" }>): string {
  switch (asking.kind) {
    case "find":
      return findPath(asking.id);
    case "journeys":
      return `/v1/journeys?${new URLSearchParams(asking.filter)}`;
    case "slo":
      return "/v1/slos";
  }
}
