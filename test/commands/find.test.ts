/** `waybill find` against a running Waybill: the story where an id leads to one subject, else a line for each. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../commands/ask.ts";
import { FindAnswer } from "../../query/found.ts";
import { span, TEN_NS, trace } from "../ingest/build.ts";
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

/** So many orders are in one trace; count. */
const CROWD = 22;

let waybill: Running;
beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => Number(TEN_NS / 1_000_000n) + 60_000 });
  const hops = [
    span({ trace: "keyless", id: "GET /thing", service: "nokeys" }),
    span({ trace: "order", id: "place", keys: { "order.id": "O-1" } }),
    span({ trace: "two", id: "place", keys: { "order.id": "O-2" } }),
    span({ trace: "two", id: "pick", keys: { "order.id": "O-3" } }),
    span({ trace: "shipment", id: "place", keys: { "order.id": "O-3" } }),
    span({ trace: "shipment", id: "ship", keys: { "order.id": "O-3" }, fromMs: 2_000 }),
    ...Array.from({ length: CROWD }, (_, at) => `C-${100 + at}`).map((id) =>
      span({ trace: "crowd", id: `place ${id}`, name: "place", keys: { "order.id": id } }),
    ),
  ];
  for (const { envelope, body } of await deliveriesOf(hops))
    await waybill.send(`/v1/${envelope.signal}`, envelope.contentType, body);
});
afterAll(() => waybill.stop());

/** Exit code, data and talk. @throws {Failure} what `cli.ts` says on stderr, and makes an exit code of */
async function find(id: string, json = false) {
  const around = listening();
  const code = await ask(around, { kind: "find", id, url: waybill.apiUrl, json });
  return { code, out: around.out.join("\n").split("\n"), err: around.err };
}

async function storyOf(path: string): Promise<string[]> {
  const response = await waybill.api(path, { headers: { accept: "text/plain" } });
  return (await response.text()).trimEnd().split("\n");
}

test("an id of one order is answered with its story; where that is read goes to stderr", async () => {
  const { code, out, err } = await find("O-1");
  expect([code, out]).toEqual([0, await storyOf("/v1/orders/O-1")]);
  expect(out[0]).toContain("O-1 is under way");
  expect(err).toEqual([`order.id O-1  ${waybill.apiUrl}/v1/orders/O-1`]);
});

test("a trace of one order is answered with the story of that, whatever definition comes first", async () => {
  const { code, out, err } = await find(trace("order"));
  expect([code, out]).toEqual([0, await storyOf("/v1/orders/O-1")]);
  expect(err).toEqual([`trace: order.id O-1  ${waybill.apiUrl}/v1/orders/O-1`]);
});

test("an id that leads to two orders is a line for each: how it stands, and its whole address", async () => {
  const { code, out, err } = await find(trace("two"));
  const [waiting] = await storyOf("/v1/orders/O-2");
  const [shipped] = await storyOf("/v1/orders/O-3");
  expect([code, err]).toEqual([0, []]);
  expect(out).toEqual([
    `trace: ${waiting}  ${waybill.apiUrl}/v1/orders/O-2`,
    `trace: ${shipped}  ${waybill.apiUrl}/v1/orders/O-3`,
  ]);
});

test("of very many subjects only the first twenty are asked how they stand", async () => {
  const { out } = await find(trace("crowd"));
  expect(out).toHaveLength(CROWD);
  expect(out.filter((line) => line.includes("C-") && line.includes("is under way"))).toHaveLength(20);
  const [id] = /C-\d+/.exec(out.at(-1) ?? "") ?? [];
  expect(out.at(-1)).toBe(`trace: order.id ${id}  ${waybill.apiUrl}/v1/orders/${id}`);
});

test("facts of a trace without a key are shown", async () => {
  expect((await find(trace("keyless"))).out).toEqual([
    "trace: 1 fact of nokeys in this trace carries no declared key",
    "  2026-09-01T10:00:00.000Z  nokeys  GET /thing",
  ]);
});

test("for machines it is what the API answers", async () => {
  const { out, err } = await find("O-1", true);
  expect(FindAnswer.parse(JSON.parse(out.join())).found[0]?.subjects).toEqual([
    { kind: "order.id", id: "O-1", url: "/v1/orders/O-1" },
  ]);
  expect(err).toEqual([]);
});

test("what nobody carries is a no", async () => {
  await expect(find("nobody")).rejects.toMatchObject({ code: "not_found" });
});
