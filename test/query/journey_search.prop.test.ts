/** A page has the newest row of each journey that fits, in order, however many older ones lie around. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { journeysBlock } from "../../ingest/blocks.ts";
import type { Journey, JourneyState } from "../../ingest/journey.ts";
import { migrate } from "../../ingest/migrate.ts";
import type { Merged } from "../../ingest/settle.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { type JourneyFilter, STATES, searchJourneys } from "../../query/journey_search.ts";

const NOW_MS = 1_000_000;
const STEPS = ["packed", "paid"];
const TAGS = ["ACME", "Umbrella"];

/** One version of one journey, as little as a list looks at. */
interface Version {
  readonly tenant: string;
  readonly definition: string;
  readonly id: string;
  readonly startMs: number;
  readonly state: JourneyState | "merged";
  readonly isOverdue: boolean;
  /** of its next step, which is never due after the journey; null when it waits for none */
  readonly isDue: boolean | null;
  readonly step: string;
  readonly tag: string;
}

const version = fc.record({
  definition: fc.constantFrom("create-order", "refund"),
  id: fc.integer({ min: 0, max: 6 }).map(String),
  // Few starts, so that journeys share them, and begin earlier than thought.
  startMs: fc.integer({ min: 1, max: 3 }),
  state: fc.constantFrom("open", "open", "succeeded", "failed", "compensated", "merged"),
  isOverdue: fc.boolean(),
  isDue: fc.constantFrom(true, false, null),
  step: fc.constantFrom("", ...STEPS),
  tag: fc.constantFrom(...TAGS),
});

/** One condition, or two: with more nothing would be left. */
const condition: fc.Arbitrary<Partial<JourneyFilter>> = fc.oneof(
  fc.record({ definition: fc.constant("refund") }),
  fc.record({ state: fc.constantFrom(...STATES) }),
  fc.record({ stuck: fc.constant(true) }),
  fc.record({ step: fc.constantFrom(...STEPS) }),
  fc.record({ sinceMs: fc.constant(2) }),
  fc.record({ untilMs: fc.constant(3) }),
  fc.record({ tags: fc.constant([{ name: "partner.id", value: "ACME" }]) }),
);
const asked = fc
  .tuple(condition, fc.option(condition), fc.constantFrom(1, 2, 5, 100))
  .map(([first, second, limit]) => ({ ...first, ...second, limit }));

let dataDir = "";
let store: Store;
let tenants = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-search-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
});

afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("page after page is what the newest versions say", async () => {
  const versions = fc.array(version, { minLength: 1, maxLength: 50, size: "max" });
  const law = fc.asyncProperty(
    versions,
    fc.array(asked, { maxLength: 8, size: "max" }),
    async (told, questions) => {
      const tenant = `t${tenants++}`;
      const rows = told.map((each) => ({ ...each, tenant }));
      await write(rows);
      for (const question of [{ limit: 3 }, ...questions])
        expect(await walked({ ...question, tenant, nowNs: ns(NOW_MS) })).toEqual(expected(rows, question));
    },
  );
  await fc.assert(law, { numRuns: 25 });
}, 60_000);

test("a page is full though hundreds of older versions would fit", async () => {
  const tenant = "many";
  const row = {
    tenant,
    definition: "refund",
    startMs: 1,
    isOverdue: false,
    isDue: null,
    step: "",
    tag: "ACME",
  };
  const ids = Array.from({ length: 700 }, (_, at) => String(at).padStart(3, "0"));
  await write([
    ...ids.map((id) => ({ ...row, id, state: "open" as const })),
    ...ids.slice(0, 690).map((id) => ({ ...row, id, state: "succeeded" as const })),
  ]);
  const { rows } = await searchJourneys(store, { tenant, nowNs: ns(NOW_MS), limit: 5, state: "open" });
  expect(rows.map(({ subject }) => subject)).toEqual(["690", "691", "692", "693", "694"]);
});

/** All pages, one after the other. */
async function walked(filter: JourneyFilter): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await searchJourneys(store, { ...filter, cursor });
    expect(page.rows.length).toBeLessThanOrEqual(filter.limit);
    seen.push(...page.rows.map((row) => `${row.definition} ${row.subject} ${row.current}`));
    cursor = page.nextCursor;
  }
  return seen;
}

/** What the same question answers, told from the newest versions. The last in the list is the newest. */
function expected(versions: readonly Version[], question: Partial<JourneyFilter>): string[] {
  const newest = new Map(versions.map((each) => [`${each.definition} ${each.id}`, each]));
  const fits = [...newest.values()].filter(
    (each) =>
      each.state !== "merged" &&
      (question.definition ?? each.definition) === each.definition &&
      (question.state ?? current(each)) === current(each) &&
      (question.stuck !== true || isStuck(each)) &&
      (question.step ?? each.step) === each.step &&
      each.startMs >= (question.sinceMs ?? 0) &&
      each.startMs < (question.untilMs ?? NOW_MS) &&
      (question.tags?.[0]?.value ?? each.tag) === each.tag,
  );
  const inOrder = fits.sort((a, b) => b.startMs - a.startMs || (nameOf(a) < nameOf(b) ? -1 : 1));
  return inOrder.map((each) => `${nameOf(each)} ${current(each)}`);
}

function nameOf({ definition, id }: Version): string {
  return `${definition} ${id}`;
}

function current({ state, isOverdue }: Version): string {
  return state === "open" && isOverdue ? "overdue" : state;
}

function isStuck({ state, isOverdue, isDue }: Version): boolean {
  return state === "open" && (isOverdue || isDue === true);
}

/** In blocks with no journey twice, so that nothing is collapsed on the way in. */
async function write(versions: readonly Version[]): Promise<void> {
  const blocks: Version[][] = [[]];
  for (const each of versions) {
    if (blocks.at(-1)?.some((other) => nameOf(other) === nameOf(each))) blocks.push([]);
    blocks.at(-1)?.push(each);
  }
  for (const [at, block] of blocks.entries()) {
    const rows = block.map(rowOf);
    await store.insertNative("journeys", [journeysBlock(block[0]?.tenant ?? "", rows, BigInt(at + 1))]);
  }
}

function rowOf(each: Version): Journey | Merged {
  const subject = { kind: "order.id", id: each.id };
  const { definition, state } = each;
  if (state === "merged") return { definition, subject, into: [{ kind: "order.id", id: "other" }] };
  const next = { step: "", dueNs: ns(each.isDue || each.isOverdue ? NOW_MS - 2 : NOW_MS), owner: "" };
  return {
    ...{ definition, definitionVersion: "1", owner: "", subject, state, startedNs: ns(each.startMs) },
    ...{ endedNs: null, compensatedNs: null, deadlineNs: ns(each.isOverdue ? NOW_MS - 1 : NOW_MS + 1) },
    ...{ late: false, recovered: false, reason: null, failedStep: each.step || null, steps: [] },
    next: each.isDue === null ? null : next,
    ...{ seenByCaller: null, tags: new Map([["partner.id", each.tag]]), verdict: null },
  };
}

function ns(ms: number): bigint {
  return BigInt(ms) * 1_000_000n;
}
