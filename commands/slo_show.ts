/**
 * Slo show commands: one objective with its chart, and the proof that its counts are right.
 */
import { renderRecount, renderSlo } from "../slo/render.ts";
import { Recount, SloChart } from "../slo/view.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";

/** Where to ask, and how to say it. */
export interface Shown {
  readonly json?: boolean;
  readonly url?: string;
}

/** One objective. */
export async function showSlo(
  around: Surroundings,
  { id, json, url }: Shown & { id: string },
): Promise<number> {
  const path = `/v1/slos/${encodeURIComponent(id)}`;
  const text = await fetchText(around, { path, url, accept: "application/json" });
  around.print(json ? text : renderSlo(SloChart.parse(JSON.parse(text))).trimEnd());
  return 0;
}

/** 0 when every minute of every objective is what a count from nothing says, 1 when not. */
export async function recountSlos(around: Surroundings, { json, url }: Shown): Promise<number> {
  const call = { path: "/v1/slos/recount", url, accept: "application/json", body: {} } as const;
  const text = await fetchText(around, call);
  const recounted = Recount.parse(JSON.parse(text));
  around.print(json ? text : renderRecount(recounted).trimEnd());
  return recounted.equal ? 0 : 1;
}
