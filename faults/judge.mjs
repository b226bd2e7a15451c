/**
 * Judge: holds what the store has against the ledger.
 *
 *   ledger, tables → [judge] → lost, doubled, altered, unknown, journeys that are wrong
 *
 * A1: every acked id is there exactly once, as a hop, in its journey, as a dead letter. A2: everything there was sent,
 * with the payload that goes with its id. A5: the verdicts that objectives count are those of a recount from hops.
 * Reads with FINAL, as readers of these tables do; a row that FINAL leaves twice is a duplicate to everybody.
 */
import { openStore } from "../dist/ingest/store.js";
import { orderOf, payloadOf } from "./traffic.mjs";

/**
 * @param where  how to open the store, which nobody else may hold if it is embedded
 * @param ids    acked ids of items and of bad records; all that were ever sent
 */
export async function judge(where, { acked, badAcked, sent }) {
  const store = await openStore(where);
  try {
    const hops = await readHops(store);
    const verdict = { acked: acked.size, lost: [], doubled: [], altered: [], unknown: [], wrong: [] };
    judgeHops(verdict, hops, { acked, sent });
    await judgeJourneys(verdict, store, hops);
    await judgeRefs(verdict, store);
    await judgeLetters(verdict, store, badAcked);
    return verdict;
  } finally {
    await store.close();
  }
}

async function readHops(store) {
  const rows = await store.query(
    `SELECT attributes['faultid'] AS id, groupUniqArray(attributes['faultpayload']) AS payloads, count() AS n
     FROM hops FINAL WHERE startsWith(attributes['faultid'], 'F-') GROUP BY id`,
  );
  return new Map(rows.map(({ id, payloads, n }) => [id, { payloads, n: Number(n) }]));
}

function judgeHops(verdict, hops, { acked, sent }) {
  for (const id of acked) if (!hops.has(id)) verdict.lost.push(id);
  for (const [id, { payloads, n }] of hops) {
    if (n !== 1) verdict.doubled.push(`${id} ×${n}`);
    if (payloads.length !== 1 || payloads[0] !== payloadOf(id)) verdict.altered.push(id);
    if (!sent.has(id)) verdict.unknown.push(id);
  }
}

/** Every order that has a hop is one journey: open with one step done, succeeded and good with both. */
async function judgeJourneys(verdict, store, hops) {
  const rows = await store.query(
    `SELECT subject, count() AS n, any(state) AS stands, any(verdict) AS counts,
            any(arrayCount(at -> at IS NOT NULL, step_at)) AS steps
     FROM journeys FINAL WHERE definition = 'order' AND startsWith(subject, 'F-') AND state != 'merged' GROUP BY subject`,
  );
  const journeys = new Map(rows.map((row) => [row.subject, row]));
  const told = new Map();
  for (const id of hops.keys()) told.set(orderOf(id), (told.get(orderOf(id)) ?? 0) + 1);
  for (const [order, steps] of told) {
    const row = journeys.get(order);
    if (row === undefined) verdict.lost.push(`journey ${order}`);
    else if (Number(row.n) !== 1) verdict.doubled.push(`journey ${order} ×${row.n}`);
    else if (Number(row.steps) !== steps) verdict.wrong.push(`${order} shows ${row.steps} of ${steps} steps`);
    else if (steps === 2 && (row.stands !== "succeeded" || row.counts !== "good"))
      verdict.wrong.push(`${order} is ${row.stands} and ${row.counts} for its objective`);
  }
  for (const order of journeys.keys()) if (!told.has(order)) verdict.unknown.push(`journey ${order}`);
}

/** One ref per order and place of a hop: no more, no fewer. */
async function judgeRefs(verdict, store) {
  const rows = await store.query(
    `SELECT value, sum(refs) AS refs, sum(places) AS places FROM (
       SELECT value, count() AS refs, 0 AS places FROM refs FINAL
       WHERE kind = 'order.id' AND startsWith(value, 'F-') GROUP BY value
       UNION ALL
       SELECT if(attributes['orderid'] != '', attributes['orderid'], attributes['order.id']) AS value, 0,
              uniqExact(locality, toDate(at))
       FROM hops FINAL WHERE startsWith(attributes['faultid'], 'F-') GROUP BY value)
     GROUP BY value HAVING refs != places`,
  );
  for (const { value, refs, places } of rows) {
    // A ref without its hop is allowed: they are written first, and a hop that was never acked may be missing.
    if (Number(refs) < Number(places)) verdict.lost.push(`ref ${value}: ${refs} of ${places}`);
  }
  const twice = await store.query(
    `SELECT value, count() AS n FROM refs FINAL WHERE startsWith(value, 'F-')
     GROUP BY tenant, value, kind, day, locality HAVING n > 1`,
  );
  for (const { value, n } of twice) verdict.doubled.push(`ref ${value} ×${n}`);
}

async function judgeLetters(verdict, store, badAcked) {
  const rows = await store.query(
    `SELECT extract(bytes, 'bad-[\\\\w-]+') AS id, count() AS n FROM dead_letters FINAL WHERE id != '' GROUP BY id`,
  );
  const letters = new Map(rows.map(({ id, n }) => [id, Number(n)]));
  for (const id of badAcked) if (!letters.has(id)) verdict.lost.push(`dead letter ${id}`);
  for (const [id, n] of letters) if (n !== 1) verdict.doubled.push(`dead letter ${id} ×${n}`);
}

/** Parts of a table, for faults that could make them without end. */
export async function partsOf(where, table) {
  const store = await openStore(where);
  try {
    const [row] = await store.query(
      "SELECT count() AS n, uniqExact(partition_id) AS partitions FROM system.parts WHERE active AND table = {table:String}",
      { table },
    );
    return { parts: Number(row.n), partitions: Number(row.partitions) };
  } finally {
    await store.close();
  }
}
