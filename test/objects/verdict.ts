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

/** The subjects of all rows of the list, in alphabetical order, once there are as many as expected or patience ends. */
export async function listedSubjects(api: string, expected: number, patienceMs: number): Promise<string[]> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const subjects = await allPages(api);
    if (subjects.length === expected || performance.now() > untilMs) return subjects.sort();
    await sleep(200);
  }
}

interface Listed {
  readonly journeys: readonly {
    readonly subject: { readonly kind: string; readonly id: string };
    readonly state: string;
  }[];
  readonly nextCursor?: string;
}

async function allPages(api: string): Promise<string[]> {
  const subjects: string[] = [];
  let cursor: string | undefined;
  do {
    const query = `definition=create-order&limit=1000${cursor === undefined ? "" : `&cursor=${cursor}`}`;
    const response = await fetch(`${api}/v1/journeys?${query}`, { headers: { accept: "application/json" } });
    const page = (await response.json()) as Listed; // the API's own schema is checked elsewhere
    subjects.push(...page.journeys.map(({ subject, state }) => `${subject.kind}=${subject.id} ${state}`));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return subjects;
}
