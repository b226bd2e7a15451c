/**
 * Recount: after a run, is every acked span there once, and every journey right?
 *
 *   what the generator knows, the store → [recount] → right, or what is wrong
 *
 * Opens the stopped service's folder by itself: the service is not asked about its own work. A part whose recount is
 * not right has no figures worth telling.
 */
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import { openStore, type Store } from "../ingest/store.ts";
import { definitionName } from "./shop.ts";

/** What must be stored. */
export interface Truth {
  /** acked, each once */
  readonly spans: number;
  /** journeys by how they ended */
  readonly passing: number;
  readonly failing: number;
  readonly open: number;
}

/** What is stored, beside what must be. */
export interface Recount {
  readonly right: boolean;
  readonly spans: number;
  readonly spansAcked: number;
  /** tellings beyond the first that no merge has collapsed yet */
  readonly duplicates: number;
  /** journeys by state */
  readonly journeys: Readonly<Record<string, number>>;
  /** what is wrong, a sentence each; empty when all is right */
  readonly wrong: readonly string[];
}

const Count = z.coerce.number();

/** How many different spans are stored, and how many tellings of them? */
export const recountSpans = statement(new URL("./sql/recount_spans.sql", import.meta.url), {
  params: z.object({ share: z.int(), shares: z.int() }),
  row: z.object({ told: Count, spans: Count }),
});

/** How many journeys of orders are in each state, and how many reached every step? */
export const recountJourneys = statement(new URL("./sql/recount_journeys.sql", import.meta.url), {
  params: z.object({ definition: z.string(), prefix: z.string() }),
  row: z.object({ current: z.string(), journeys: Count, complete: Count }),
});

/** Spans of one count: more would take much memory at once. */
const SHARE_SPANS = 4_000_000;

/** Counts again, in the folder of a service that was stopped. */
export async function recount(dataDir: string, truth: Truth): Promise<Recount> {
  const store = await openStore({ url: null, dataDir });
  try {
    return await compared(store, truth);
  } finally {
    await store.close();
  }
}

async function compared(store: Store, truth: Truth): Promise<Recount> {
  const shares = Math.max(1, Math.ceil(truth.spans / SHARE_SPANS));
  let [told, spans] = [0, 0];
  for (let share = 0; share < shares; share++) {
    for (const row of await recountSpans(store, { share, shares })) {
      told += row.told;
      spans += row.spans;
    }
  }
  const states = await recountJourneys(store, { definition: definitionName(0), prefix: "ORD-" });
  const journeys = Object.fromEntries(states.map(({ current, journeys: count }) => [current, count]));
  const complete = states.find(({ current }) => current === "succeeded")?.complete ?? 0;
  const wrong = [
    ...difference("spans", spans, truth.spans),
    ...difference("journeys that succeeded", journeys["succeeded"] ?? 0, truth.passing),
    ...difference("journeys with every step", complete, truth.passing),
    ...difference("journeys that failed", journeys["failed"] ?? 0, truth.failing),
    ...difference("open journeys", journeys["open"] ?? 0, truth.open),
    ...difference("journeys", sum(Object.values(journeys)), truth.passing + truth.failing + truth.open),
  ];
  return {
    right: wrong.length === 0,
    spans,
    spansAcked: truth.spans,
    duplicates: told - spans,
    journeys,
    wrong,
  };
}

function difference(what: string, found: number, expected: number): string[] {
  return found === expected ? [] : [`${found} ${what} are stored, and ${expected} must be`];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
