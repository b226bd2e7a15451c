/**
 * Changing `waybill.yaml`, from end to end: what the new file would do is said before it is applied; journeys keep the
 * version they were folded with until `waybill refold`; doing that again changes nothing.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check } from "../../commands/check.ts";
import { refold } from "../../commands/refold.ts";
import { sinceOf } from "../../commands/since.ts";
import { JourneyList } from "../../query/journeys.ts";
import { RefoldAnswer, RehearsalAnswer } from "../../query/rehearsal.ts";
import { attribute, type Message } from "../collector/otlp.ts";
import { listening, type Running, startWaybill } from "../service.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const TODAY = `
version: 1
keys: { order.id: { role: identifies, from: [order.id] } }
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { event: placed }, paid: { event: paid } }
    timeout: 15m
`;
/** Success now needs the parcel to be delivered, which happened for a third of the orders. */
const STRICTER = TODAY.replace(
  "paid: { event: paid } }",
  "paid: { event: paid }, delivered: { event: delivered } }",
);
/** Returns are journeys of their own, about an id that nobody declared before. */
const RETURNS = `${STRICTER.replace("keys: {", "keys: { return.id: { role: identifies, from: [return.id] },")}
  return:
    subject: return.id
    owner: returns-team
    steps: { asked: { event: return.asked }, received: { event: return.received } }
`;

let dataDir = "";
let waybill: Running;
const start = async (yaml: string, nowMs = NOW_MS) => {
  waybill = await startWaybill({ yaml, now: () => nowMs, dataDir });
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-definitions-"));
  await start(TODAY);
  const orders = Array.from({ length: 30 }, (_, at) => [
    event("placed", at, { "order.id": `ORD-${at}` }),
    event("paid", at, { "order.id": `ORD-${at}` }),
    ...(at % 3 === 0 ? [event("delivered", at, { "order.id": `ORD-${at}` })] : []),
  ]);
  const returns = [0, 1].flatMap((at) => [
    event("return.asked", at, { "return.id": `RET-${at}` }),
    event("return.received", at, { "return.id": `RET-${at}` }),
  ]);
  const begun = event("return.asked", 2, { "return.id": "RET-2" });
  const aliased = event("placed", 4, { "order.no": "OLD-1" });
  const logRecords = [...orders.flat(), ...returns, begun, aliased];
  await waybill.send(
    "/v1/logs",
    "application/json",
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  );
});

afterAll(async () => {
  await waybill.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function event(eventName: string, at: number, keys: Readonly<Record<string, string>>): Message {
  return {
    eventName,
    timeUnixNano: `${NOW_MS - 3_600_000 + at * 1_000}000000`,
    attributes: Object.entries(keys).map(([name, value]) => attribute(name, { stringValue: value })),
  };
}

async function sendEvent(record: Message): Promise<void> {
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
  await waybill.send("/v1/logs", "application/json", JSON.stringify(body));
}

async function fileWith(yaml: string): Promise<string> {
  const file = join(dataDir, "next.yaml");
  await writeFile(file, yaml);
  return file;
}

const around = () => ({ ...listening(), now: () => NOW_MS });

async function rehearsed(yaml: string): Promise<{ code: number; said: RehearsalAnswer }> {
  const world = around();
  const code = await check(world, {
    file: await fileWith(yaml),
    against: "24h",
    json: true,
    url: waybill.apiUrl,
  });
  return { code, said: RehearsalAnswer.parse(JSON.parse(world.out[0] ?? "")) };
}

async function refolded(dryRun = false): Promise<RefoldAnswer> {
  const world = around();
  expect(await refold(world, { since: "7d", dryRun, json: true, url: waybill.apiUrl })).toBe(0);
  return RefoldAnswer.parse(JSON.parse(world.out[0] ?? ""));
}

const listed = async (query: string) =>
  JourneyList.parse(await (await waybill.api(`/v1/journeys?limit=100&${query}`)).json()).journeys;

describe("before a new file is applied", () => {
  test("the same file changes nothing", async () => {
    const { code, said } = await rehearsed(TODAY);
    expect(code).toBe(0);
    expect(said).toMatchObject({
      done: 30,
      definitions: [{ definition: "create-order", change: "same", moves: [], after: { succeeded: 30 } }],
      warnings: [],
    });
  });

  test("a stricter success is said with how many it costs, and which", async () => {
    const { code, said } = await rehearsed(STRICTER);
    expect(code).toBe(1);
    expect(said.definitions).toMatchObject([
      {
        change: "changed",
        before: { succeeded: 30 },
        after: { succeeded: 10, overdue: 20 },
        moves: [{ from: "succeeded", to: "overdue", journeys: 20, isWorse: true }],
      },
    ]);
    const world = around();
    expect(await check(world, { file: await fileWith(STRICTER), against: "24h", url: waybill.apiUrl })).toBe(
      1,
    );
    expect(world.out[0]).toMatch(/^create-order \(changed\): 20 overdue, 10 succeeded; today 30 succeeded$/m);
    expect(world.out[0]).toMatch(/^! succeeded → overdue: 20 journeys, such as ORD-/m);
    expect((await listed("state=succeeded")).length).toBe(30);
  });

  test("a step that nothing matches and a key that nobody sends are named, with what was probably meant", async () => {
    const odd = TODAY.replace("paid: { event: paid }", "paid: { event: payd }").replace(
      "keys: {",
      "keys: { return.id: { role: identifies, from: [retrun.id] },",
    );
    const { code, said } = await rehearsed(odd);
    expect(code).toBe(1);
    expect(said.unseenKeys).toEqual([{ kind: "return.id", nearest: "return.id", isNew: true }]);
    expect(said.warnings).toEqual([
      "create-order: no recorded hop matches the step paid.",
      "create-order: none of its 30 journeys would have succeeded.",
      "return.id: no recorded hop carries it. Hops carry return.id: is that what was meant?",
    ]);
  });

  test("a file with a mistake is not sent anywhere: the mistake is the answer", async () => {
    const world = around();
    const file = await fileWith(TODAY.replace("owner: checkout-team", "ownr: checkout-team"));
    expect(await check(world, { file, against: "24h", url: "http://127.0.0.1:1" })).toBe(1);
    expect(world.out.join("\n")).toContain('did you mean "owner"?');
  });

  test("a limit is kept, and it says that there is more", async () => {
    const world = around();
    const file = await fileWith(TODAY);
    await check(world, { file, against: "24h", limit: "7", json: true, url: waybill.apiUrl });
    expect(RehearsalAnswer.parse(JSON.parse(world.out[0] ?? ""))).toMatchObject({ done: 7, hasMore: true });
  });
});

describe("once it is in use", () => {
  test("journeys keep how they were folded until they are refolded; a try writes nothing", async () => {
    await waybill.stop();
    await start(RETURNS);
    expect((await listed("definition=create-order&state=succeeded")).length).toBe(30);
    const tried = await refolded(true);
    expect(tried.moves).toContainEqual({
      definition: "create-order",
      from: "succeeded",
      to: "open",
      journeys: 20,
    });
    expect((await listed("definition=create-order&state=succeeded")).length).toBe(30);
  });

  test("a refold brings the rows to what a reader sees, also under a key that was not declared before", async () => {
    expect(await (await waybill.api("/v1/find?id=RET-1")).status).toBe(404);
    const done = await refolded();
    expect(done).toMatchObject({ phase: "fold", indexed: 5 });
    expect((await listed("definition=create-order&state=succeeded")).length).toBe(10);
    expect((await listed("definition=create-order&state=overdue")).length).toBe(20);
    expect((await listed("definition=return")).map(({ state, subject }) => [state, subject.id])).toEqual([
      ["overdue", "RET-2"],
      ["succeeded", "RET-1"],
      ["succeeded", "RET-0"],
    ]);
    expect((await waybill.api("/v1/find?id=RET-1")).status).toBe(200);
  });

  test("what comes in afterwards joins what was recorded before its key was declared", async () => {
    await sendEvent(event("return.received", 3, { "return.id": "RET-2" }));
    const [newest] = await listed("definition=return");
    expect(newest).toMatchObject({ subject: { id: "RET-2" }, state: "succeeded" });
    expect(Date.parse(newest?.startedAt ?? "")).toBe(NOW_MS - 3_600_000 + 2_000);
  });

  test("doing it again changes nothing, and a hop that comes in meanwhile counts", async () => {
    expect(await refolded()).toMatchObject({ indexed: 0, changed: 0, moves: [] });
    const [, again] = await Promise.all([
      sendEvent(event("delivered", 1, { "order.id": "ORD-1" })),
      refolded(),
    ]);
    expect(again.phase).toBe("fold");
    await waybill.flush();
    expect((await listed("definition=create-order&state=succeeded")).length).toBe(11);
  });

  test("it goes on behind the key that it is told", async () => {
    const body = JSON.stringify({ since: "2026-11-20", after: { value: "ORD-8", kind: "order.id" } });
    const headers = { "content-type": "application/json" };
    const response = await waybill.api("/v1/definitions/refold", { method: "POST", headers, body });
    const last = RefoldAnswer.parse(JSON.parse((await response.text()).trim().split("\n").at(-1) ?? ""));
    expect(last).toMatchObject({ done: 4, after: { value: "RET-2" } });
  });

  test("a service that knew by heart what is in its store learns what became findable", async () => {
    await waybill.stop();
    await start(TODAY.replace("from: [order.id]", "from: [order.id, order.no]"));
    // From its first hop on the service knows which names are in its store, as of then.
    await sendEvent(event("noise", 0, {}));
    expect(await refolded()).toMatchObject({ indexed: 1 });
    await sendEvent(event("paid", 5, { "order.id": "OLD-1" }));
    const row = (await listed("state=succeeded")).find(({ subject }) => subject.id === "OLD-1");
    expect(Date.parse(row?.startedAt ?? "")).toBe(NOW_MS - 3_600_000 + 4_000);
  });

  test("a definition that does not match a journey any more takes its row off the lists", async () => {
    await waybill.stop();
    await start(
      RETURNS.replace("placed: { event: placed }, paid: { event: paid }", "bought: { event: bought }"),
    );
    const { moves } = await refolded();
    expect(moves).toContainEqual({ definition: "create-order", from: "succeeded", to: "none", journeys: 20 });
    expect((await listed("definition=create-order")).map(({ subject }) => subject.id)).toHaveLength(11);
  });
});

test("a journey that began before hops are kept stays as it is: its row outlives them", async () => {
  await waybill.stop();
  await start(STRICTER, NOW_MS + 31 * 86_400_000);
  const before = (await listed("definition=create-order")).length;
  const world = around();
  expect(await refold(world, { since: "2026-11-20", json: true, url: waybill.apiUrl })).toBe(0);
  const told = RefoldAnswer.parse(JSON.parse(world.out[0] ?? ""));
  expect(told.moves.filter(({ from }) => from !== "none")).toEqual([]);
  expect((await listed("definition=create-order")).length).toBeGreaterThanOrEqual(before);
});

test.each([
  ["24h", "2026-11-23T12:00:00.000Z"],
  ["7d", "2026-11-17T12:00:00.000Z"],
  ["2026-11-01", "2026-11-01T00:00:00.000Z"],
])("%s ago is %s", (text, moment) => {
  expect(sinceOf(text, NOW_MS)).toBe(moment);
});

test("a time that is none is wrong usage", () => {
  expect(() => sinceOf("yesterday", NOW_MS)).toThrow("neither a length of time");
});
