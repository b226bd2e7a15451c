/**
 * Tally: the ledger of a run that is too long for an account of every id: one of every request.
 *
 *   load → [tally] → sums in the store → lost, doubled, altered
 *
 * Ids and payloads follow from the number of a block, so the store can be asked for sums: how many rows a request has,
 * how many different ones, how many with the payload that belongs to them.
 */
import { Ledger } from "./ledger.mjs";

const PARTS = { p: 1, s: 2 };

/** An account by block. */
export class Tally extends Ledger {
  /** block → parts that are acked, as bits */
  blocks = new Map();
  ackedItems = 0;

  sending({ block }) {
    if (!this.blocks.has(block)) this.blocks.set(block, 0);
  }

  ack({ block, part, ids, bad }, text) {
    this.checkRejected(bad, text);
    const bits = this.blocks.get(block) ?? 0;
    if ((bits & PARTS[part]) === 0) this.ackedItems += ids.length;
    this.blocks.set(block, bits | PARTS[part]);
  }

  isAcked(block, part) {
    return ((this.blocks.get(block) ?? 0) & PARTS[part]) !== 0;
  }
}

/** Every acked request is in the store once, whole and unaltered, and so are its journeys. */
export async function judgeTally(store, tally, { run, orders }) {
  const verdict = { acked: tally.ackedItems, lost: [], doubled: [], altered: [], unknown: [], wrong: [] };
  const found = new Map();
  for (const row of await countHops(store, run)) {
    const name = `${row.block}-${row.part}`;
    const [rows, ids, right] = [row.rows, row.ids, row.right].map(Number);
    found.set(name, ids);
    if (rows !== ids) verdict.doubled.push(`block ${name}: ${rows} rows of ${ids} items`);
    if (right !== rows) verdict.altered.push(`block ${name}: ${rows - right} of ${rows}`);
    if (!tally.blocks.has(Number(row.block))) verdict.unknown.push(`block ${name}`);
  }
  for (const block of tally.blocks.keys()) {
    for (const part of Object.keys(PARTS)) {
      const there = found.get(`${block}-${part}`) ?? 0;
      if (tally.isAcked(block, part) && there !== orders)
        verdict.lost.push(`block ${block}-${part}: ${there} of ${orders} items`);
    }
  }
  await judgeJourneys(verdict, store, { run, orders, found });
  return verdict;
}

async function judgeJourneys(verdict, store, { run, orders, found }) {
  const rows = await store.query(
    `SELECT splitByChar('-', subject)[3] AS block, count() AS rows, uniqExact(subject) AS subjects,
            countIf(state = 'succeeded' AND verdict = 'good') AS good
     FROM journeys FINAL WHERE definition = 'order' AND startsWith(subject, {prefix:String}) AND state != 'merged'
     GROUP BY block SETTINGS max_execution_time = 0, max_memory_usage = 0`,
    { prefix: `F-${run}-` },
  );
  const journeys = new Map(rows.map((row) => [row.block, row]));
  for (const [name, ids] of found) {
    const [block, part] = name.split("-");
    if (part !== "p" || ids !== orders || found.get(`${block}-s`) !== orders) continue;
    const row = journeys.get(block);
    if (Number(row?.subjects ?? 0) !== orders)
      verdict.lost.push(`journeys of block ${block}: ${row?.subjects}`);
    else if (Number(row.rows) !== orders) verdict.doubled.push(`journeys of block ${block}: ${row.rows}`);
    else if (Number(row.good) !== orders) verdict.wrong.push(`journeys of block ${block}: ${row.good} good`);
  }
}

async function countHops(store, run) {
  return store.query(
    `SELECT splitByChar('-', id)[3] AS block, splitByChar('-', id)[5] AS part, count() AS rows, uniqExact(id) AS ids,
            countIf(payload = lower(substring(hex(SHA256(concat('payload ', id))), 1, 24))) AS right
     FROM (SELECT attributes['faultid'] AS id, attributes['faultpayload'] AS payload FROM hops FINAL)
     WHERE startsWith(id, {prefix:String})
     GROUP BY block, part SETTINGS max_execution_time = 0, max_memory_usage = 0`,
    { prefix: `F-${run}-` },
  );
}
