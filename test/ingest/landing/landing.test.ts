/** A landing at the other end of a port, over real sockets and with a real journal. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Received } from "../../../collector/request.ts";
import { NO_TRACING } from "../../../collector/tracing.ts";
import { openFolder } from "../../../ingest/folder.ts";
import { Landed } from "../../../ingest/landing/landed.ts";
import { startLanding } from "../../../ingest/landing/landing.ts";
import type { Position } from "../../../ingest/segments.ts";
import { AT, startOn } from "./start.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 10);

interface Came {
  readonly received: Received | null;
  readonly position: Position;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "waybill-landing-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** One that was opened and lets senders in; what it hands on is kept. */
async function open(dataDir: string, at = AT) {
  const { held, room, start } = await startOn(dataDir);
  const { port1, port2 } = new MessageChannel();
  const cameBack = vi.fn();
  const openTracing = async () => ({ tracing: NO_TRACING, close: async () => undefined });
  startLanding(port2, start, { now: () => NOW_MS, openTracing });
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const unreadable = vi.fn();
  const beforeRemoval = vi.fn(async () => undefined);
  const options = { room, log, beforeRemoval, unreadable, cameBack };
  const landed = await Landed.open({ port: port1, gone: async () => undefined }, start, options);
  const came: Came[] = [];
  onTestFinished(() => landed.journal.close().catch(() => undefined));
  const port = await landed.listen(at, (received, position) => came.push({ received, position }));
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    await landed.drain(1_000);
    await landed.journal.close();
    await held.close();
  };
  return { landed, room, url, came, log, unreadable, beforeRemoval, cameBack, close };
}

const body = (order: string) => {
  const attributes = [{ key: "order.id", value: { stringValue: order } }];
  const record = { eventName: "placed", timeUnixNano: `${NOW_MS}000000`, attributes };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
};

const post = (url: string, text: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });

const ordersIn = (received: Received | null): (string | undefined)[] =>
  received === null
    ? []
    : Array.from({ length: received.decoded.batch.rows }, (_, row) =>
        received.decoded.batch.hop(row).attributes.get("order.id"),
      );

async function orders(reading: AsyncGenerator<{ readonly received: Received }>) {
  const found: (string | undefined)[] = [];
  for await (const { received } of reading) found.push(...ordersIn(received));
  return found;
}

test("whoever was told that it is safe finds it by asking at once", async () => {
  const { landed, room, url, came, close } = await open(await folder());
  for (let n = 0; n < 20; n++) {
    expect((await post(url, body(`ORD-${n}`))).status).toBe(200);
    landed.takeAll();
    expect(ordersIn(came[n]?.received ?? null)).toEqual([`ORD-${n}`]);
  }
  expect(new Int32Array(room.shared)[0], "what is on its way").toBe(0);
  expect(came).toHaveLength(20);
  await close();
});

test("what was taken in is counted, and all that is counted has come", async () => {
  const { landed, url, came, close } = await open(await folder());
  await post(url, body("ORD-1"));
  await post(url, "{");
  const { logs } = await landed.counters();
  expect([logs.accepted, logs.requests.get("malformed"), came.length]).toEqual([1, 1, 1]);
  await close();
});

test("the journal is read, released and told of from here", async () => {
  const dataDir = await folder();
  const first = await open(dataDir);
  for (const order of ["A", "B", "C"]) await post(first.url, body(order));
  const { landed, came } = first;
  landed.takeAll();
  const [, second] = came.map(({ position }) => position);
  expect(await orders(landed.journal.read(second === undefined ? [] : [second]))).toEqual(["B"]);
  expect(landed.journal.state().bytes).toBeGreaterThan(300);
  await first.close();

  const again = await open(dataDir);
  expect(again.landed.journal.kept).toEqual({ first: 1, last: 1 });
  const there: Position[] = [];
  for await (const { position, isReadable } of again.landed.journal.replay())
    if (isReadable) there.push(position);
  expect(there).toEqual(came.map(({ position }) => position));
  await again.landed.journal.release(there);
  expect(again.beforeRemoval).toHaveBeenCalled();
  expect(again.landed.journal.state()).toMatchObject({ segments: 0, bytes: 0 });
  await again.close();
});

test("who stops reading the journal half-way may begin again", async () => {
  const { landed, url, came, close } = await open(await folder());
  for (let n = 0; n < 150; n++) await post(url, body(`ORD-${n}`));
  landed.takeAll();
  const all = came.map(({ position }) => position);
  for await (const { position } of landed.journal.read(all)) {
    expect(position).toEqual(all[0]);
    break;
  }
  expect(await orders(landed.journal.read(all))).toEqual(all.map((_, n) => `ORD-${n}`));
  await close();
});

test("a body that nobody can read is handed over once a minute, and logged", async () => {
  const { landed, url, log, unreadable, close } = await open(await folder());
  for (let n = 0; n < 3; n++) await post(url, "{");
  await landed.counters();
  expect(unreadable).toHaveBeenCalledOnce();
  expect(Buffer.from(unreadable.mock.calls[0]?.[0].item.bytes).toString()).toBe("{");
  expect(log.warn).toHaveBeenCalledTimes(3);
  expect(log.warn.mock.calls[0]?.[0]).toMatchObject({ reason: "malformed", status: 400 });
  await close();
});

test("beyond what may be on its way only the journal has it", async () => {
  const { landed, room, url, came, close } = await open(await folder());
  await room.take(2 ** 30);
  expect((await post(url, body("ORD-1"))).status).toBe(200);
  landed.takeAll();
  const [only] = came;
  expect(only?.received).toBeNull();
  expect(await orders(landed.journal.read(only === undefined ? [] : [only.position]))).toEqual(["ORD-1"]);
  room.give(2 ** 30);
  await post(url, body("ORD-2"));
  landed.takeAll();
  expect(ordersIn(came[1]?.received ?? null)).toEqual(["ORD-2"]);
  await close();
});

test("while memory is short an ack waits a moment, no longer", async () => {
  const { room, url, close } = await open(await folder());
  room.setShort(true);
  const answer = post(url, body("ORD-1"));
  expect(await Promise.race([answer.then(() => "acked"), sleep(60, "waits")])).toBe("waits");
  room.setShort(false);
  expect((await answer).status).toBe(200);
  room.setShort(true);
  expect((await post(url, body("ORD-2"))).status).toBe(200);
  await close();
});

test("the mark of own spans that come back is told", async () => {
  const { landed, url, cameBack, close } = await open(await folder());
  await post(url, body("ORD-1"), { "waybill-own-traces": "mark-1" });
  await landed.counters();
  expect(cameBack).toHaveBeenCalledExactlyOnceWith("mark-1");
  await close();
});

test("a journal that cannot be opened keeps it from starting, with a reason", async () => {
  const dataDir = await folder();
  const held = await openFolder(dataDir);
  await rm(held.journal, { recursive: true });
  await expect(open(dataDir)).rejects.toMatchObject({ code: "config" });
  await held.close();
});

test("a port that another process has is named", async () => {
  const { url, close } = await open(await folder());
  const port = Number(new URL(url).port);
  await expect(open(await folder(), { ...AT, port })).rejects.toMatchObject({ code: "in_use" });
  await close();
});
