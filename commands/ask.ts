/**
 * Ask commands: questions to a running Waybill, over its API.
 *
 * The command line reads no store of its own: the embedded one belongs to the process that serves.
 */

import { findPath } from "../query/address.ts";
import { Answer } from "../query/answer.ts";
import { explain, renderExplanation, summaryOf } from "../query/explain.ts";
import { renderSlos } from "../slo/render.ts";
import { SloList } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";
import { find } from "./find.ts";

/** A question, with where and how to answer it. */
export type Asking = { readonly json?: boolean; readonly url?: string } & (
  | { readonly kind: "order"; readonly id: string; readonly explain?: boolean }
  | { readonly kind: "find"; readonly id: string }
  | { readonly kind: "journeys"; readonly filter: Readonly<Record<string, string>> }
  | { readonly kind: "slo" }
);

/** 0 with an answer, 1 when nothing is known, or when an explanation does not hold. */
export async function ask(around: Surroundings, asking: Asking): Promise<number> {
  const path = pathOf(asking);
  const { url } = asking;
  if (asking.kind === "order" && asking.explain) return explainOrder(around, asking, path);
  if (asking.kind === "find" && !asking.json) return find(around, asking.id, url);
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

function pathOf(asking: Asking): string {
  switch (asking.kind) {
    case "order":
      return `/v1/orders/${encodeURIComponent(asking.id)}`;
    case "find":
      return findPath(asking.id);
    case "journeys":
      return `/v1/journeys?${new URLSearchParams(asking.filter)}`;
    case "slo":
      return "/v1/slos";
  }
}

/** The answer with all its facts, page after page, and each membership derived again from them; 1 when one does not hold. */
async function explainOrder(around: Surroundings, { url, json }: Asking, path: string): Promise<number> {
  const pages: Answer[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
    const query = new URLSearchParams({ explain: "1", limit: "5000", ...(cursor === "" ? {} : { cursor }) });
    const text = await fetchText(around, { path: `${path}?${query}`, url, accept: "application/json" });
    pages.push(Answer.parse(JSON.parse(text)));
  }
  const { nextCursor: _, ...first } = pages[0] as Answer; // the loop ran at least once
  const answer = { ...first, hops: pages.flatMap(({ hops }) => hops) };
  // Not the service's own verdicts: they are derived here, from what it answered.
  const verdicts = explain(answer);
  if (json) around.print(JSON.stringify({ subject: answer.subject, summary: summaryOf(verdicts), verdicts }));
  else around.print([answer.headline, ...renderExplanation(answer, verdicts)].join("\n"));
  return verdicts.some(({ verdict }) => verdict === "broken") ? 1 : 0;
}
