/** Questions from the command line to a running Waybill whose first definition is not about orders. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../commands/ask.ts";
import { JourneyList } from "../../query/journeys.ts";
import { span, TEN_NS } from "../ingest/build.ts";
import { deliveriesOf } from "../ingest/deliveries.ts";
import { listening, type Running, startWaybill } from "../service.ts";

const YAML = `
version: 1
keys:
  order.id: { role: identifies }
  refund.id: { role: identifies }
journeys:
  refund:
    subject: refund.id
    owner: payments-team
    steps: { requested: { span: request } }
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { span: place }, shipped: { span: ship } }
`;

const NOW_MS = Number(TEN_NS / 1_000_000n) + 60_000;

let waybill: Running;
beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => NOW_MS });
  const hops = [
    span({ trace: "order", id: "place", keys: { "order.id": "O-1" } }),
    span({ trace: "later", id: "place", keys: { "order.id": "O-2" }, fromMs: 30_000 }),
  ];
  for (const { envelope, body } of await deliveriesOf(hops))
    await waybill.send(`/v1/${envelope.signal}`, envelope.contentType, body);
});
afterAll(() => waybill.stop());

describe("waybill journeys", () => {
  const list = async (filter: Record<string, string>, json = false) => {
    const around = { ...listening(), now: () => NOW_MS };
    const code = await ask(around, { kind: "journeys", filter, url: waybill.apiUrl, json });
    return { code, out: around.out.join("\n").split("\n"), err: around.err };
  };

  test("is wrong usage with a definition that is a slip", async () => {
    await expect(list({ definition: "create-ordr" })).rejects.toMatchObject({
      code: "bad_request",
      detail: "definition: no such definition; did you mean create-order?",
    });
  });

  test("is an empty list where a definition has no journeys", async () => {
    expect(await list({ definition: "refund" })).toEqual({ code: 0, out: ["No journeys."], err: [] });
  });

  test("says on stderr that there are more, and how to have them, until there are none", async () => {
    const first = await list({ limit: "1" });
    expect([first.out.length, first.err.length]).toEqual([1, 1]);
    const [, cursor = ""] = /^There are more: the same with --cursor (\S+)$/.exec(first.err.join()) ?? [];
    const second = await list({ limit: "1", cursor });
    expect([first.out[0], second.out[0]]).toEqual([
      expect.stringContaining("O-2"),
      expect.stringContaining("O-1"),
    ]);
    expect(second.err).toEqual([]);
  });

  test("has the cursor of a page for machines in the page", async () => {
    const { out, err } = await list({ limit: "1" }, true);
    expect(JourneyList.parse(JSON.parse(out.join())).nextCursor).toMatch(/^\S+$/);
    expect(err).toEqual([]);
  });

  test("looks so far back as one says it, or from a time, or until one", async () => {
    expect((await list({ since: "45s" })).out).toEqual([expect.stringContaining("O-2")]);
    expect((await list({ until: "45s" })).out).toEqual([expect.stringContaining("O-1")]);
    expect((await list({ since: "2026-09-01T10:00:30Z" })).out).toEqual([expect.stringContaining("O-2")]);
    expect((await list({ since: "2026-09-01" })).out).toHaveLength(2);
  });

  test("is wrong usage with a time that is none", async () => {
    await expect(list({ since: "yesterday" })).rejects.toMatchObject({
      code: "bad_request",
      detail: "yesterday is neither a length of time such as 24h or 7d nor a time.",
    });
  });
});
