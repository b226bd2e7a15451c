/** Crowds, through the real door: batches of thousands, traces without end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hop } from "../../../collector/hop.ts";
import { event, span } from "../build.ts";
import { deliveriesOf } from "../deliveries.ts";
import { type Door, openDoor } from "./door.ts";

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.waybill.stop());

/** An answer may take this long on a machine that does ten other things besides; ms. */
const ANSWER_MS_MAX = 15_000;

async function timed<T>(ask: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const answer = await ask();
  expect(performance.now() - begun).toBeLessThan(ANSWER_MS_MAX);
  return answer;
}

test("1,000 orders through one batch consumer are 1,000 journeys, none with another's hop, and 872 links are missed", async () => {
  const orders = Array.from({ length: 1_000 }, (_, n) => `B-${n}`);
  const links = orders.slice(0, 128).map((order) => ({ to: `${order}/send` }));
  await door.tell(
    ...orders.flatMap((order) => [
      span({ trace: order, id: "send", keys: { "order.id": order } }),
      event({ name: "placed", in: `${order}/send` }),
    ]),
    { ...span({ trace: "batch", id: "receive", links, fromMs: 100 }), droppedLinks: 872 },
    span({ trace: "batch", id: "commit", parent: "receive", fromMs: 100 }),
  );
  const rows = await (await door.waybill.api("/v1/journeys?definition=create-order&limit=5000")).text();
  expect(new Set(rows.match(/"B-\d+"/g)).size).toBe(1_000);
  for (const order of [orders[0], orders[64], orders[127]])
    expect(await timed(() => door.hopsOf(`order.id=${order}`))).toEqual([
      "placed cause",
      "receive cause",
      "send key",
    ]);
  for (const order of [orders[128], orders[500], orders[999]])
    expect(await door.hopsOf(`order.id=${order}`)).toEqual(["placed cause", "send key"]);
  const { gaps, related } = await door.ask("order.id=B-0");
  expect(gaps.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    'links-dropped: shop "receive" lost 872 of its links before it was sent.',
    'hub: shop "receive" belongs to so many subjects that nothing is concluded through it.',
  ]);
  expect(related).toEqual([]);
});

describe("a trace of 26,000 spans in five days", () => {
  const STEP_MS = (5 * 24 * 3_600_000) / 26_000;
  const fromMs = (n: number) => -5 * 24 * 3_600_000 + n * STEP_MS;

  const sendAll = async (hops: readonly Hop[]) => {
    for (let from = 0; from < hops.length; from += 2_000) {
      for (const { body } of await deliveriesOf(hops.slice(from, from + 2_000)))
        await fetch(`${door.waybill.otlpUrl}/v1/traces`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: Buffer.from(body),
        });
    }
    await door.waybill.flush();
  };

  test("that a loop reused for many orders is one line in each of them, and its idle rounds are in none", async () => {
    const rounds = Array.from({ length: 25_999 }, (_, n) =>
      span({
        trace: "loop",
        id: `round ${n}`,
        parent: "poll",
        fromMs: fromMs(n),
        keys: n % 2 === 0 ? { "order.id": `E-${(n / 2) % 260}` } : {},
      }),
    );
    await sendAll([span({ trace: "loop", id: "poll", fromMs: fromMs(0) }), ...rounds]);
    const { hops, gaps } = await timed(() => door.ask("order.id=E-7"));
    expect(hops.filter(({ name }) => name.startsWith("round")).map(({ keys }) => keys["order.id"])).toEqual(
      Array.from({ length: 50 }, () => ["E-7"]),
    );
    expect(hops.length).toBe(51);
    expect(
      gaps.some(
        ({ kind, hopId }) => kind === "hub" && hopId === hops.find(({ name }) => name === "poll")?.id,
      ),
    ).toBe(true);
  }, 120_000);

  test("that is all one order's is answered page by page, each span once", async () => {
    const spans = Array.from({ length: 26_000 }, (_, n) =>
      span({
        trace: "long",
        id: `span ${n}`,
        fromMs: fromMs(n),
        ...(n === 0 ? { keys: { "order.id": "LONG" } } : { parent: `span ${n % 3 === 0 ? n - 1 : 0}` }),
      }),
    );
    await sendAll(spans);
    const seen = new Set<string>();
    let cursor = "";
    for (let pages = 0; pages < 6; pages++) {
      const page = await timed(() =>
        door.ask("order.id=LONG", `limit=5000${cursor === "" ? "" : `&cursor=${cursor}`}`),
      );
      for (const { id } of page.hops) seen.add(id);
      cursor = page.nextCursor ?? "";
    }
    expect(cursor).toBe("");
    expect(seen.size).toBe(26_000);
  }, 120_000);
});
