/** Names that lists of journeys are asked for: slips are refused, names of earlier definitions are not. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { journeysBlock } from "../../../ingest/blocks.ts";
import { JourneyList } from "../../../query/journeys.ts";
import { Problem } from "../../../query/problem.ts";
import { type House, NOW_MS, openHouse } from "../house.ts";
import { STORIES } from "../stories.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
  const [journey] = STORIES["stuck"]?.journeys ?? [];
  if (journey === undefined) throw new RangeError("the story has a journey");
  const next = { step: "boxed", dueNs: journey.deadlineNs, owner: "fulfilment-team" };
  const earlier = [
    { ...journey, definition: "ship-order", next, subject: { kind: "order.id", id: "ORD-earlier" } },
    { ...journey, next: { ...next, step: "wrapped" }, subject: { kind: "order.id", id: "ORD-renamed" } },
  ];
  await house.store.insertNative("journeys", [journeysBlock("default", earlier, BigInt(NOW_MS) * 1_000n)]);
});
afterAll(() => house.close());

async function listed(query: string): Promise<string[]> {
  const response = await house.app.request(`/v1/journeys?${query}`);
  expect([query, response.status]).toEqual([query, 200]);
  return JourneyList.parse(await response.json()).journeys.map(({ subject }) => subject.id);
}

test.each([
  ["definition=create-ordr", ["definition: no such definition; did you mean create-order?"]],
  ["definition=x", ["definition: no such definition; known: create-order and refund"]],
  ["step=pakced", ["step: no such step; did you mean packed?"]],
  ["definition=refund&step=packed", ["step: no such step of refund; known: requested and refunded"]],
  [
    "definition=create-ordr&step=nope",
    [
      "definition: no such definition; did you mean create-order?",
      "step: no such step; known: placed, paid, packed, gift-wrapped, shipped, requested and refunded",
    ],
  ],
  ["definition=ship-order&step=nope", ["step: no such step of ship-order"]],
])("%s is refused, with what was meant", async (query, said) => {
  for (const accept of ["application/json", "text/plain"]) {
    const response = await house.app.request(`/v1/journeys?${query}`, { headers: { accept } });
    const { status, errors } = Problem.parse(await response.json());
    expect([status, errors?.map(({ field, text }) => `${field}: ${text}`)]).toEqual([400, said]);
  }
});

test("journeys of a definition or a step that was configured earlier stay listable", async () => {
  expect(await listed("definition=ship-order")).toEqual(["ORD-earlier"]);
  expect(await listed("definition=ship-order&step=boxed")).toEqual(["ORD-earlier"]);
  expect(await listed("step=boxed")).toEqual(["ORD-earlier"]);
  expect(await listed("definition=create-order&step=wrapped")).toEqual(["ORD-renamed"]);
});

test("a known name without a journey that fits is an empty list", async () => {
  expect(await listed("definition=refund&state=compensated")).toEqual([]);
  expect(await listed("step=gift-wrapped")).toEqual([]);
  expect(await listed("definition=ship-order&state=compensated")).toEqual([]);
  expect(await listed("step=boxed&until=2020-01-01")).toEqual([]);
});

test("a name that another tenant alone has is none", async () => {
  const app = house.build({ tenant: "blue" });
  expect((await app.request("/v1/journeys?definition=ship-order")).status).toBe(400);
  expect((await app.request("/v1/journeys?definition=create-order")).status).toBe(200);
});
