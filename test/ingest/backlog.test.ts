import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DecodeLimits, type Delivery, decodeRequest, type Envelope } from "../../collector/request.ts";
import { Failure } from "../../errors.ts";
import { Backlog } from "../../ingest/backlog.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { rereading } from "../../ingest/reread.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import { at, DEFINITIONS, TEN_NS } from "./build.ts";

const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;
const LIMITS = { bodyBytesMax: 1_000_000 };
const log = { info: () => undefined, warn: () => undefined };
const PLACED = { name: "placed", atMs: 0 };
const PAID = { name: "paid", atMs: 50_000 };

let dataDir = "";
let store: Store;
let isAway = false;
/** what the store takes its time for */
let slow: Promise<void> = Promise.resolve();
/** whether senders were told to wait a moment, the last time they were told */
let isShort = false;
/** the store takes hops, and none of what is told of them */
let areJourneysRefused = false;
let closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-backlog-"));
  store = await openStore({ url: null, dataDir });
  await migrate(store);
  [isAway, areJourneysRefused, isShort, slow] = [false, false, false, Promise.resolve()];
});
afterEach(async () => {
  await stop();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  for (const close of closers.reverse()) await close();
  closers = [];
}

/** The way in, with a store in front of which somebody may stand. */
async function start(
  limits: DecodeLimits = LIMITS,
  { liveMax, ...memory }: { waitingMax?: number; waitingBytesMax?: number; liveMax?: number } = {
    waitingMax: 12,
  },
): Promise<{ backlog: Backlog; journal: Journal; pipeline: Pipeline }> {
  const insertNative: Store["insertNative"] = async (table, blocks) => {
    if (isAway || (areJourneysRefused && table === "journeys")) throw new Failure("store_unavailable");
    await slow;
    return store.insertNative(table, blocks);
  };
  const journal = await openJournal({ dataDir, bytesMax: 2 ** 30, segmentBytesMax: 2_000 });
  const inFront = { ...store, insertNative };
  const now = () => NOW_MS;
  const options = { store: inFront, journal, definitions: DEFINITIONS, now, log, flushMs: 5 };
  const pipeline = openPipeline({ ...options, ...(liveMax === undefined ? {} : { liveMax }) });
  const decoded = { ...journal, ...rereading(journal, limits) };
  const room = {
    setShort: (is: boolean) => {
      isShort = is;
    },
  };
  const backlog = new Backlog({ journal: decoded, pipeline, log, room, ...memory });
  closers.push(journal.close, pipeline.close, () => backlog.close());
  return { backlog, journal, pipeline };
}

async function delivery(order: string, contentEncoding: "" | "gzip" = "", told = PLACED): Promise<Delivery> {
  const attributes = [{ key: "order.id", value: { stringValue: order } }];
  const record = { eventName: told.name, timeUnixNano: String(at(told.atMs)), attributes };
  const plain = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }));
  const body = contentEncoding === "gzip" ? gzipSync(plain) : plain;
  const envelope: Envelope = {
    signal: "logs",
    contentType: "application/json",
    contentEncoding,
    receivedMs: NOW_MS,
    tenant: "default",
    sender: "test",
    headers: {},
  };
  return { envelope, body, decoded: await decodeRequest(envelope, body, LIMITS) };
}

/** The store goes away, and that is known. */
async function goAway({
  backlog,
  pipeline,
}: Pick<Awaited<ReturnType<typeof start>>, "backlog" | "pipeline">) {
  isAway = true;
  await backlog.accept(await delivery("ORD-first"));
  await expect.poll(() => pipeline.stats.trouble).not.toBeNull();
}

async function count(table: string): Promise<number> {
  const [row] = await store.query(`SELECT count() AS n FROM ${table} FINAL`);
  return Number(Reflect.get(Object(row), "n"));
}

test("an outage of the store costs no sender anything: what memory cannot hold waits in the journal", async () => {
  const { backlog, journal, pipeline } = await start();
  await backlog.start();
  isAway = true;
  for (let n = 0; n < 40; n++) await backlog.accept(await delivery(`ORD-${n}`));
  expect(pipeline.stats.waiting).toBeLessThanOrEqual(12);
  expect(backlog.state().parked).toBeGreaterThan(20);
  isAway = false;
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(40);
  await expect.poll(() => count("journeys"), { timeout: 5_000 }).toBe(40);
  await expect.poll(() => journal.state().segments, { timeout: 5_000 }).toBeLessThanOrEqual(1);
  expect(backlog.state().parked).toBe(0);
});

test("after an outage what arrives is found at once, and of what waits in the journal first the newest, and now and then the oldest", async () => {
  const { journal, pipeline } = await start();
  const read: number[][] = [];
  const noted: Journal["read"] = (positions) => {
    read.push(positions.map(({ segment }) => segment));
    return journal.read(positions);
  };
  const backlog = new Backlog({
    journal: { ...journal, ...rereading({ ...journal, read: noted }, LIMITS) },
    pipeline,
    log,
    waitingMax: 100,
    readAtOnce: 120,
  });
  closers.push(() => backlog.close());
  await goAway({ backlog, pipeline });
  for (let n = 0; n < 649; n++) await backlog.accept(await delivery(`ORD-${n}`));
  // Half of the room is kept free.
  expect(backlog.state().parked).toBe(600);
  isAway = false;
  await pipeline.flush();
  expect(await count("hops")).toBe(50);
  // Nothing was read back, and there is room for it all the same.
  await backlog.accept(await delivery("ORD-new"));
  expect(backlog.state().parked).toBe(600);
  await pipeline.flush();
  expect(await count("hops")).toBe(51);
  await backlog.start();
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(651);
  expect(read.map(({ length }) => length)).toEqual([120, 120, 120, 120, 120]);
  const [newest = [], second = [], third = [], oldest = [], last = []] = read;
  const byAge = [oldest, last, third, second, newest];
  for (const [at, younger] of byAge.slice(1).entries())
    expect(Math.max(...(byAge[at] ?? []))).toBeLessThanOrEqual(Math.min(...younger));
  await expect.poll(() => journal.state().segments, { timeout: 5_000 }).toBeLessThanOrEqual(1);
});

/** Deliveries that are durable before they are heard of. */
async function land({ backlog, journal }: Pick<Awaited<ReturnType<typeof start>>, "backlog" | "journal">) {
  for (let n = 0; n < 20; n++) {
    const { envelope, body, decoded } = await delivery(`ORD-${n}`);
    const position = await journal.append(envelope, body);
    backlog.landed(n === 5 ? null : { envelope, decoded }, position);
  }
}

test("what landed and has no room is read back, and senders wait a moment until there is some", async () => {
  const { backlog, journal } = await start();
  await backlog.start();
  let goOn: () => void = () => undefined;
  slow = new Promise((resolve) => {
    goOn = resolve;
  });
  await land({ backlog, journal });
  expect([backlog.state().parked, isShort]).toEqual([8, true]);
  goOn();
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(20);
  await expect.poll(() => isShort).toBe(false);
  expect(backlog.state().parked).toBe(0);
});

test("no sender waits for a store that takes nothing", async () => {
  const { backlog, journal, pipeline } = await start();
  await backlog.start();
  await goAway({ backlog, pipeline });
  await land({ backlog, journal });
  expect([backlog.state().parked > 8, isShort]).toEqual([true, false]);
  isAway = false;
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(21);
});

test("a delivery whose disk is slow while others are read back is read back too", async () => {
  const { journal, pipeline } = await start();
  let disk = Promise.resolve();
  const append: Journal["append"] = async (envelope, body) => {
    const position = await journal.append(envelope, body);
    await disk;
    return position;
  };
  const behind = { ...journal, ...rereading(journal, LIMITS), append };
  const backlog = new Backlog({ journal: behind, pipeline, log, waitingMax: 12 });
  closers.push(() => backlog.close());
  await backlog.start();
  isAway = true;
  for (let n = 0; n < 16; n++) await backlog.accept(await delivery(`ORD-${n}`));
  let goOn: () => void = () => undefined;
  disk = new Promise((resolve) => {
    goOn = resolve;
  });
  const late = backlog.accept(await delivery("ORD-late"));
  isAway = false;
  await expect.poll(() => backlog.state().parked, { timeout: 15_000 }).toBe(0);
  goOn();
  await late;
  await expect.poll(() => count("hops"), { timeout: 5_000 }).toBe(17);
});

test("a few large deliveries are as much as many small ones: what they take in memory is bounded too", async () => {
  const large = "x".repeat(10_000);
  const { backlog, pipeline } = await start(LIMITS, { waitingBytesMax: 200_000 });
  await backlog.start();
  await goAway({ backlog, pipeline });
  for (let n = 0; n < 7; n++) await backlog.accept(await delivery(`ORD-${n}${large}`, "gzip"));
  expect(pipeline.stats.waitingBytes).toBeLessThan(250_000);
  expect(backlog.state().parked).toBe(5);
  isAway = false;
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(8);
  expect(pipeline.stats.waitingBytes).toBe(0);
});

test("what is stored and cannot be settled does not fill the memory: the rest waits in the journal", async () => {
  const { backlog, journal, pipeline } = await start(LIMITS, { liveMax: 10 });
  await backlog.start();
  areJourneysRefused = true;
  for (let n = 0; n < 60; n++) await backlog.accept(await delivery(`ORD-${n}`));
  await expect.poll(() => count("hops"), { timeout: 5_000 }).toBeGreaterThan(20);
  expect(pipeline.settling().live).toBeLessThanOrEqual(22);
  expect(backlog.state().parked).toBeGreaterThan(30);
  areJourneysRefused = false;
  await expect.poll(() => count("journeys"), { timeout: 15_000 }).toBe(60);
  await expect.poll(() => journal.state().segments, { timeout: 5_000 }).toBeLessThanOrEqual(1);
  expect([backlog.state().parked, pipeline.settling().isCrowded]).toEqual([0, false]);
});

test("an old journal is read back no faster than its journeys are written, and all of it in the end", async () => {
  const before = await start();
  isAway = true;
  for (let n = 0; n < 120; n++) await before.backlog.accept(await delivery(`ORD-${n}`));
  await stop();
  const { backlog, pipeline } = await start(LIMITS, { liveMax: 10 });
  [isAway, areJourneysRefused] = [false, true];
  const replayed = backlog.start();
  await expect.poll(() => pipeline.settling().isCrowded, { timeout: 5_000 }).toBe(true);
  await sleep(200);
  expect(pipeline.settling().live).toBeLessThanOrEqual(20 + 32);
  expect(backlog.state().isReplaying).toBe(true);
  areJourneysRefused = false;
  await replayed;
  await expect.poll(() => count("journeys"), { timeout: 15_000 }).toBe(120);
});

test("what is taken in while an old journal is replayed is neither lost nor doubled", async () => {
  const before = await start();
  isAway = true;
  const orders = Array.from({ length: 30 }, (_, n) => `ORD-${n}`);
  for (const order of orders) await before.backlog.accept(await delivery(order));
  await stop();
  const { backlog, journal } = await start();
  const replayed = backlog.start();
  isAway = false;
  for (const order of ["NEW-1", "NEW-2"]) await backlog.accept(await delivery(order));
  await replayed;
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(32);
  await expect.poll(() => journal.state().segments, { timeout: 5_000 }).toBeLessThanOrEqual(1);
});

test("a body that a restart may no longer read becomes one dead letter, and its neighbours go on", async () => {
  const before = await start();
  isAway = true;
  const large = await delivery(`ORD-${"9".repeat(800)}`, "gzip");
  for (const each of [await delivery("ORD-1"), large, await delivery("ORD-2")])
    await before.backlog.accept(each);
  await stop();
  isAway = false;
  const { backlog } = await start({ bodyBytesMax: 600 });
  await backlog.start();
  await expect.poll(() => count("hops"), { timeout: 15_000 }).toBe(2);
  expect(backlog.state()).toMatchObject({ isReplaying: false, replayed: 3, unreadable: 1 });
  expect(await store.query("SELECT reason, length(bytes) AS bytes FROM dead_letters")).toEqual([
    { reason: "body", bytes: String(large.body.length) },
  ]);
});

test("a record that narrower limits of time keep from being read back is still part of its journey", async () => {
  const before = await start();
  // As after a kill: stored and settled, but the journal was not told.
  Object.assign(before.journal, { release: async () => undefined });
  await before.backlog.start();
  await before.backlog.accept(await delivery("ORD-1"));
  await before.pipeline.flush();
  await stop();
  const { backlog, pipeline } = await start({ ...LIMITS, times: { pastMs: 30_000, aheadMs: 30_000 } });
  await backlog.start();
  await backlog.accept(await delivery("ORD-1", "", PAID));
  await pipeline.flush();
  expect(
    await store.query("SELECT arrayCount(x -> x IS NOT NULL, step_at) AS reached FROM journeys FINAL"),
  ).toEqual([{ reached: 2 }]);
});
