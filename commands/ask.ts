/**
 * Ask commands: questions to a running Waybill, over its API.
 *
 * The command line reads no store of its own: the embedded one belongs to the process that serves.
 */
import { renderSlos } from "../slo/render.ts";
import { SloList } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";
import { find } from "./find.ts";
import { printList } from "./list.ts";
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
  const { json, url } = asking;
  switch (asking.kind) {
    case "order":
      return order(around, asking);
    case "find":
      return find(around, asking);
    case "journeys":
      return printList(around, { path: "/v1/journeys", filter: asking.filter, json, url });
    case "slo":
      return objectives(around, asking);
  }
}

async function objectives(around: Surroundings, { json, url }: Asking): Promise<number> {
  const text = await fetchText(around, { path: "/v1/slos", url, accept: "application/json" });
  around.print(json ? text : renderSlos(SloList.parse(JSON.parse(text))).trimEnd());
  return 0;
}
