import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Envelope } from "../../collector/request.ts";
import { type Journal, openJournal } from "../../ingest/journal.ts";
import type { Position } from "../../ingest/segments.ts";

const ENVELOPE: Envelope = {
  signal: "traces",
  contentType: "application/x-protobuf",
  contentEncoding: "gzip",
  receivedMs: 1_785_600_000_000,
  tenant: "acme",
  sender: "otel-js/2.12 127.0.0.1",
  headers: {},
};

let dataDir = "";
let journals: Journal[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-journal-"));
});
afterEach(async () => {
  for (const journal of journals) await journal.close();
  journals = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function open(options: Partial<Parameters<typeof openJournal>[0]> = {}): Promise<Journal> {
  const journal = await openJournal({ dataDir, bytesMax: 2 ** 30, ...options });
  journals.push(journal);
  return journal;
}

/** Closes a journal the way a restart does: what was not trimmed is there again. */
async function reopen(options: Partial<Parameters<typeof openJournal>[0]> = {}): Promise<Journal> {
  for (const journal of journals) await journal.close();
  journals = [];
  return open(options);
}

const body = (text: string) => Buffer.from(text);
const files = async () =>
  (await readdir(join(dataDir, "journal"))).filter((name) => !name.startsWith("extent"));

async function replayed(journal: Journal): Promise<string[]> {
  const texts: string[] = [];
  for await (const entry of journal.replay()) texts.push(Buffer.from(entry.body).toString());
  return texts;
}

describe("the journal", () => {
  test("gives back after a restart what it acknowledged, in order, byte for byte", async () => {
    const journal = await open();
    const events: Envelope = { ...ENVELOPE, signal: "events", headers: { "ce-id": "1", "ce-ünï": "✓" } };
    await journal.append(ENVELOPE, Buffer.from([0, 255, 10, 10]));
    await journal.append(events, new Uint8Array());
    const again: unknown[] = [];
    for await (const { envelope, body } of (await reopen()).replay()) again.push([envelope, [...body]]);
    expect(again).toEqual([
      [ENVELOPE, [0, 255, 10, 10]],
      [events, []],
    ]);
  });

  test("has nothing to replay when it is new", async () => {
    expect(await replayed(await open())).toEqual([]);
    expect(await files()).toEqual([]);
  });

  test("takes a crowd at once, and later calls have later positions", async () => {
    const journal = await open();
    const texts = Array.from({ length: 500 }, (_, n) => `delivery ${n}`);
    const positions = await Promise.all(texts.map((text) => journal.append(ENVELOPE, body(text))));
    const ends = positions.map(({ end }) => end);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(new Set(ends).size).toBe(500);
    expect(await replayed(await reopen())).toEqual(texts);
  });

  test("keeps growing over several files, and forgets a file when all of it is stored", async () => {
    const journal = await open({ segmentBytesMax: 1_000 });
    const positions = [];
    for (let n = 0; n < 12; n++)
      positions.push(await journal.append(ENVELOPE, body(`${n}`.padEnd(200, "."))));
    const before = journal.state();
    expect(before.segments).toBeGreaterThan(3);
    await expect.poll(files).toHaveLength(before.segments + 1); // the next is there already
    await journal.release(positions.slice(0, 6));
    expect(journal.state().segments).toBeLessThan(before.segments);
    const rest = await replayed(await reopen({ segmentBytesMax: 1_000 }));
    expect(rest.map((text) => Number.parseInt(text, 10)).slice(-6)).toEqual([6, 7, 8, 9, 10, 11]);
  });

  test("forgets what is stored within seconds, however little comes: a restart would read all of a file again", async () => {
    const journal = await open({ segmentAgeMaxMs: 50 });
    const first = await journal.append(ENVELOPE, body("first"));
    await sleep(60);
    const second = await journal.append(ENVELOPE, body("second"));
    await journal.append(ENVELOPE, body("third"));
    await journal.release([first, second]);
    expect(await replayed(await reopen())).toEqual(["third"]);
  });

  test("leaves nothing behind when everything is stored and it is closed", async () => {
    const journal = await open();
    const both = [await journal.append(ENVELOPE, body("a")), await journal.append(ENVELOPE, body("b"))];
    await journal.release(both);
    await expect.poll(files).toHaveLength(2);
    await journal.close();
    expect(await files()).toEqual([]);
  });

  test("the file it has ready is no loss to the start after a kill", async () => {
    const killed = await mkdtemp(join(tmpdir(), "waybill-killed-"));
    const journal = await open();
    await journal.append(ENVELOPE, body("one"));
    await expect.poll(files).toHaveLength(2);
    await cp(join(dataDir, "journal"), join(killed, "journal"), { recursive: true });
    const after = await open({ dataDir: killed });
    const there: Position[] = [];
    for await (const { position } of after.replay()) there.push(position);
    await after.release(there);
    const none = { damagedSpots: 0, missingSegments: 0, emptySegments: 0, unreadableSegments: 0 };
    expect([there.length, after.state()]).toMatchObject([1, { segments: 0, ...none }]);
    await after.close();
    await rm(killed, { recursive: true });
  });

  test("never forgets what was not replayed yet, however far new rows are stored", async () => {
    await (await open()).append(ENVELOPE, body("old"));
    const journal = await reopen();
    await journal.release([await journal.append(ENVELOPE, body("new"))]);
    expect(await replayed(journal)).toEqual(["old"]);
    await journal.release([await journal.append(ENVELOPE, body("newer"))]);
    expect(await replayed(await reopen())).toContain("old");
  });

  test("keeps what was replayed until it is stored, however many newer deliveries are", async () => {
    const before = await open({ segmentBytesMax: 1 });
    for (const text of ["one", "two"]) await before.append(ENVELOPE, body(text));
    const journal = await reopen({ segmentBytesMax: 1 });
    const old: Position[] = [];
    for await (const { position } of journal.replay()) old.push(position);
    await journal.release([await journal.append(ENVELOPE, body("three"))]);
    await journal.release(old.slice(1));
    expect((await replayed(await reopen())).slice(0, 2)).toEqual(["one", "two"]);
  });

  test("gives back in mid-flight what it is asked for, and nothing else", async () => {
    const journal = await open({ segmentBytesMax: 300 });
    const positions: Position[] = [];
    for (const n of [1, 2, 3, 4, 5]) positions.push(await journal.append(ENVELOPE, body(`delivery ${n}`)));
    const texts: string[] = [];
    for await (const entry of journal.read(positions.filter((_, at) => at % 2 === 1)))
      texts.push(Buffer.from(entry.body).toString());
    expect(texts).toEqual(["delivery 2", "delivery 4"]);
    expect(journal.state().damagedSpots).toBe(0);
  });

  test("refuses when it is full and accepts again when something was stored", async () => {
    const journal = await open({ bytesMax: 3_000, segmentBytesMax: 1_000 });
    const last = await journal.append(ENVELOPE, body("x".repeat(1_500)));
    const refused = { code: "overloaded", retryable: true };
    await expect(journal.append(ENVELOPE, body("y".repeat(1_500)))).rejects.toMatchObject(refused);
    expect(await journal.trouble()).toBe(null);
    await journal.release([last]);
    await journal.append(ENVELOPE, body("y".repeat(1_500)));
    expect(await replayed(await reopen())).toEqual(["y".repeat(1_500)]);
  });

  test("counts what waits for the disk as taken", async () => {
    const journal = await open({ bytesMax: 3_000 });
    const appends = [1, 2, 3].map(() => journal.append(ENVELOPE, body("x".repeat(1_000))));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  });

  test("a folder that cannot be written is an outage, and over once it can", async () => {
    const journal = await open({ segmentBytesMax: 100 });
    await journal.append(ENVELOPE, body("before"));
    await rename(join(dataDir, "journal"), join(dataDir, "away"));
    // One more may go into the file that was ready.
    await journal.append(ENVELOPE, body("perhaps")).catch(() => undefined);
    const outage = { code: "journal_unavailable", retryable: true };
    await expect(journal.append(ENVELOPE, body("lost"))).rejects.toMatchObject(outage);
    expect(await journal.trouble()).toMatch("could not be written");
    await rename(join(dataDir, "away"), join(dataDir, "journal"));
    expect(await journal.trouble()).toBe(null);
    await journal.append(ENVELOPE, body("after"));
    const kept = await replayed(await reopen());
    expect(kept.filter((text) => text !== "perhaps")).toEqual(["before", "after"]);
  });

  test("finishes what waits before it closes and takes nothing after", async () => {
    const journal = await open();
    const waiting = journal.append(ENVELOPE, body("in time"));
    await journal.close();
    await waiting;
    await expect(journal.append(ENVELOPE, body("too late"))).rejects.toMatchObject({ code: "stopping" });
    expect(await replayed(await open())).toEqual(["in time"]);
  });
});

describe("a damaged journal", () => {
  /** Three segments with one delivery each. */
  async function three(): Promise<string[]> {
    const journal = await open({ segmentBytesMax: 1 });
    for (const text of ["one", "two", "three"]) await journal.append(ENVELOPE, body(text));
    await reopen().then((again) => again.close());
    return (await files()).map((name) => join(dataDir, "journal", name));
  }

  test.each([
    [
      "torn at its end",
      (path: string) => readFile(path).then(({ length }) => truncate(path, length - 1)),
      { damagedSpots: 1 },
    ],
    ["with a flipped byte", (path: string) => flipped(path, 40), { damagedSpots: 1 }],
    ["with a flipped length", (path: string) => flipped(path, 11), { damagedSpots: 1 }],
    ["without a byte in it", (path: string) => writeFile(path, ""), { emptySegments: 1 }],
    ["deleted", (path: string) => rm(path), { missingSegments: 1 }],
    ["that cannot be read", (path: string) => rm(path).then(() => mkdir(path)), { unreadableSegments: 1 }],
  ])("loses only the segment %s, and says so", async (_, damage, noted) => {
    const paths = await three();
    expect((await open()).state()).toMatchObject({ damagedSpots: 0, missingSegments: 0 });
    await damage(paths[1] ?? "");
    const journal = await reopen();
    const positions: Position[] = [];
    const texts: string[] = [];
    for await (const { body: bytes, position } of journal.replay()) {
      texts.push(Buffer.from(bytes).toString());
      positions.push(position);
    }
    expect(texts).toEqual(["one", "three"]);
    expect(journal.state()).toMatchObject(noted);
    await journal.release([...positions, await journal.append(ENVELOPE, body("four"))]);
    await journal.close();
    const left = (await files()).filter((name) => !name.endsWith(".unreadable"));
    expect(left).toEqual([]);
    expect((await open()).state()).toMatchObject({ segments: 0, missingSegments: 0 });
  });

  test("leaves files of others alone", async () => {
    await three();
    await writeFile(join(dataDir, "journal", "notes.txt"), "mine");
    expect(await replayed(await open())).toEqual(["one", "two", "three"]);
    expect(await files()).toContain("notes.txt");
  });

  async function flipped(path: string, at: number): Promise<void> {
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 0x80;
    await writeFile(path, bytes);
  }
});
