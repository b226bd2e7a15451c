/**
 * Verdict: what the API says of an object log, held against its truth.
 *
 *   truth + API → [verdict] → what is wrong
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Answer } from "../../query/answer.ts";
import { renderTime } from "../../query/phrase.ts";
import type { ObjectLog } from "./log.ts";

const ASKERS = 4;

/** Every order whose answer differs from the truth, with what differs; none when all is well. */
export async function wrongAnswers(api: string, { truth }: ObjectLog): Promise<string[]> {
  const wrong: string[] = [];
  const orders = [...truth.keys()];
  let next = 0;
  const asker = async () => {
    for (let order = orders[next++]; order !== undefined; order = orders[next++]) {
      const said = await answerAbout(api, order);
      const expected = (truth.get(order) ?? []).map(renderTime).sort();
      if (JSON.stringify(said) !== JSON.stringify({ hops: expected, journeys: ["create-order succeeded"] }))
        wrong.push(`${order}: ${JSON.stringify(said)} instead of ${JSON.stringify(expected)}`);
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
  return wrong;
}

async function answerAbout(api: string, order: string) {
  const response = await fetch(`${api}/v1/orders/${order}?limit=5000`, {
    headers: { accept: "application/json" },
  });
  if (response.status !== 200) return { status: response.status };
  const { hops, journeys } = Answer.parse(await response.json());
  return {
    hops: hops.map(({ at }) => at).sort(),
    journeys: journeys.map(({ definition, state }) => `${definition} ${state}`),
  };
}

/** What the list says of each journey, in order of subject, once as many as expected ended and no more are there, or patience ends. */
export async function listedRows(api: string, expected: number, patienceMs: number): Promise<Row[]> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const rows = await allPages(api);
    const isSettled = rows.length === expected && rows.every(({ state }) => state === "succeeded");
    if (isSettled || performance.now() > untilMs)
      return rows.sort((a, b) => (a.subject.id < b.subject.id ? -1 : 1));
    await sleep(200);
  }
}

/** The same as `kind=id state`. */
export async function listedSubjects(api: string, expected: number, patienceMs: number): Promise<string[]> {
  const rows = await listedRows(api, expected, patienceMs);
  return rows.map(({ subject, state }) => `${subject.kind}=${subject.id} ${state}`).sort();
}

/** One entry of the list; what else it says is compared as it is. */
export interface Row {
  readonly subject: { readonly kind: string; readonly id: string };
  readonly state: string;
}

interface Listed {
  readonly journeys: readonly Row[];
  readonly nextCursor?: string;
}

async function allPages(api: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const query = `definition=create-order&limit=1000${cursor === undefined ? "" : `&cursor=${cursor}`}`;
    const response = await fetch(`${api}/v1/journeys?${query}`, { headers: { accept: "application/json" } });
    const page = (await response.json()) as Listed; // the API's own schema is checked elsewhere
    rows.push(...page.journeys);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}
