/** Questions from the command line to a running Waybill whose first definition is not about orders. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ask } from "../../commands/ask.ts";
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

let waybill: Running;
beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => Number(TEN_NS / 1_000_000n) + 60_000 });
  const isReady = async () => expect((await waybill.api("/readyz")).status).toBe(200);
  await vi.waitFor(isReady, { timeout: 15_000 });
  const hops = [span({ trace: "order", id: "place", keys: { "order.id": "O-1" } })];
  for (const { envelope, body } of await deliveriesOf(hops))
    await waybill.send(`/v1/${envelope.signal}`, envelope.contentType, body);
});
afterAll(() => waybill.stop());

describe("waybill journeys", () => {
  const list = (filter: Record<string, string>) => {
    const around = listening();
    return ask(around, { kind: "journeys", filter, url: waybill.apiUrl }).then((code) => [
      code,
      ...around.out,
    ]);
  };

  test("is wrong usage with a definition that is a slip", async () => {
    await expect(list({ definition: "create-ordr" })).rejects.toMatchObject({
      code: "bad_request",
      detail: "definition: no such definition; did you mean create-order?",
    });
  });

  test("is an empty list where a definition has no journeys", async () => {
    expect(await list({ definition: "refund" })).toEqual([0, "No journeys."]);
  });
});
