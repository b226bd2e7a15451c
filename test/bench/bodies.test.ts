/** What the load generator sends is what the shop says, in both encodings, and is taken without a word. */
import { expect, test } from "vitest";
import { idsOf, orderId } from "../../bench/chance.ts";
import { Bodies, type Encoding, failingIn, type Wave } from "../../bench/load/bodies.ts";
import { type LoadPlan, requestsOf, truthOf } from "../../bench/load/plan.ts";
import { SERVICES, SPANS, spansOf } from "../../bench/shop.ts";
import type { Hop } from "../../collector/hop.ts";
import { decodeRequest, type Envelope } from "../../collector/request.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00Z");
const wave: Wave = { seed: 7, from: 1000, journeys: 100, atMs: NOW_MS, services: 8 };

async function hopsIn(bytes: Uint8Array, contentType: string): Promise<Hop[]> {
  const envelope: Envelope = {
    ...{
      signal: "traces",
      contentType,
      contentEncoding: "gzip",
      receivedMs: NOW_MS + 5_000,
      tenant: "default",
    },
    ...{ sender: "bench", headers: {} },
  } as const;
  const { batch, rejected, warnings } = await decodeRequest(envelope, bytes, { bodyBytesMax: 2 ** 26 });
  expect({ rejected, warnings }).toEqual({ rejected: [], warnings: [] });
  return Array.from({ length: batch.rows }, (_, row) => batch.hop(row));
}

async function sentBy(encoding: Encoding, told = wave): Promise<Hop[]> {
  const bodies = new Bodies(encoding);
  const all: Hop[] = [];
  for (let service = 0; service < SERVICES.length; service++) {
    const body = bodies.whole(told, service);
    const hops = body === null ? [] : await hopsIn(body.bytes, bodies.contentType);
    expect(hops).toHaveLength(body?.spans ?? 0);
    all.push(...hops);
  }
  return all;
}

test("a wave has every span of its journeys, each with an id of its own", async () => {
  const hops = await sentBy("protobuf");
  expect(hops).toHaveLength(98 * spansOf(false) + 2 * spansOf(true));
  expect(new Set(hops.map(({ id }) => id)).size).toBe(hops.length);
  expect(new Set(hops.map(({ service }) => service))).toEqual(new Set(SERVICES));
});

test("both encodings say the same", async () => {
  expect(await sentBy("json")).toEqual(await sentBy("protobuf"));
});

test("a span has about 400 bytes and ten attributes", async () => {
  const hops = await sentBy("protobuf");
  const attributes = hops.reduce((sum, hop) => sum + hop.attributes.size, 0);
  expect(attributes / hops.length).toBeGreaterThan(9);
  expect(attributes / hops.length).toBeLessThan(11);
});

test("parents and links lead to spans that were sent", async () => {
  const hops = await sentBy("protobuf");
  const ids = new Set(hops.map(({ id }) => id));
  const parents = hops.filter(({ parentId }) => parentId !== "").map((hop) => hop.traceId + hop.parentId);
  const links = hops.flatMap((hop) => hop.links.map((link) => link.traceId + link.spanId));
  expect(links).toHaveLength(98 * 3 + 2);
  expect([...parents, ...links].filter((id) => !ids.has(id))).toEqual([]);
});

test("one journey in fifty fails at the bank, and nothing is shipped for it", async () => {
  const hops = await sentBy("protobuf");
  const failed = hops.filter(({ name, status }) => name === "capture card" && status === "error");
  expect(failed.map((hop) => hop.attributes.get("order.id"))).toEqual(
    [1098, 1099].map((journey) => orderId(idsOf(7, journey))),
  );
  expect(failingIn(100)).toBe(2);
  expect(hops.filter(({ name }) => name === "ship parcel")).toHaveLength(98);
});

test("small requests together say what one large one says", async () => {
  const bodies = new Bodies("json");
  const whole = bodies.whole(wave, 1);
  const cut = bodies.cut(wave, 1, 7);
  const hops = await Promise.all(cut.map(({ bytes }) => hopsIn(bytes, bodies.contentType)));
  expect(hops.flat()).toEqual(await hopsIn(whole?.bytes ?? new Uint8Array(), bodies.contentType));
  expect(hops.map(({ length }) => length)).toEqual([...Array<number>(57).fill(7), 1]);
});

test("a plan tells every wave to the end, also those that had begun when its time was over", () => {
  const plan: LoadPlan = {
    ...{
      port: 0,
      encoding: "protobuf",
      seed: 7,
      fromJourney: 0,
      journeysPerWave: 50,
      seconds: 1,
      lagWaves: 2,
    },
    ...{ journeysMax: 1e9, spansPerRequest: null, spansPerSecond: null, connections: 1, services: 8 },
  };
  const begun = { waves: 0 };
  const clock = { isOver: () => begun.waves === 5, nowMs: () => NOW_MS, begun };
  const spans = [...requestsOf(plan, new Bodies("protobuf"), clock)].reduce(
    (sum, body) => sum + body.spans,
    0,
  );
  const { passing, failing } = truthOf(plan, begun.waves);
  expect(begun.waves).toBe(5);
  expect(spans).toBe(passing * SPANS.length + failing * spansOf(true));
});
