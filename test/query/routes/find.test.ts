/** A search for a trace without keys, as JSON, text and page: what is there is told, though no journey has it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FindAnswer } from "../../../query/found.ts";
import { type House, openHouse } from "../house.ts";
import { hop } from "../shop.ts";

const KEYLESS = "a".repeat(32);
const CLAIMED_IN_PART = "b".repeat(32);
const SAID = "2 facts of nokeys in this trace carry no declared key";

let house: House;
beforeAll(async () => {
  house = await openHouse();
  const facts = [
    hop(1, { service: "nokeys", name: "GET /thing", at: 0, took: 5 }),
    hop(2, { service: "nokeys", name: "<b>read</b>", at: 1, took: 2 }),
  ];
  house.add(facts);
  const orders = ["ORD-p", "ORD-q"].map((id, at) =>
    hop(at + 3, {
      service: "shop",
      name: "pick",
      at: 0,
      took: 1,
      with: { attributes: new Map([["order.id", id]]) },
    }),
  );
  const traced = [...facts, ...orders].map((each) => ({ ...each, id: CLAIMED_IN_PART + each.spanId }));
  house.add(traced.map((each) => ({ ...each, traceId: CLAIMED_IN_PART })));
});
afterAll(() => house.close());

async function get(path: string, accept = "application/json"): Promise<[number, string]> {
  const response = await house.app.request(path, { headers: { accept } });
  return [response.status, await response.text()];
}

test("as JSON how many facts, of which services, and the first of them", async () => {
  const [status, text] = await get(`/v1/find?id=${KEYLESS}`);
  expect(status).toBe(200);
  expect(FindAnswer.parse(JSON.parse(text)).found).toEqual([
    {
      kind: "trace",
      id: KEYLESS,
      subjects: [],
      unclaimed: {
        facts: 2,
        services: ["nokeys"],
        earliest: [
          { at: "2026-11-23T10:02:03.000000000Z", service: "nokeys", name: "GET /thing" },
          { at: "2026-11-23T10:02:03.001000000Z", service: "nokeys", name: "<b>read</b>" },
        ],
        text: SAID,
      },
    },
  ]);
});

test("as text a line of each", async () => {
  expect(await get(`/v1/find?id=${KEYLESS}`, "text/plain")).toEqual([
    200,
    [
      `trace: ${SAID}`,
      "  2026-11-23T10:02:03.000Z  nokeys  GET /thing",
      "  2026-11-23T10:02:03.001Z  nokeys  <b>read</b>",
      "",
    ].join("\n"),
  ]);
});

test.each([`/v1/find?id=${KEYLESS}`, `/find?id=${KEYLESS}`])("as a page: %s", async (path) => {
  const [status, page] = await get(path, "text/html");
  expect(status).toBe(200);
  expect(page).not.toContain("Nothing is known");
  expect(page).toContain(`No journey for <code>${KEYLESS}</code>`);
  expect(page).toContain(`${SAID}.`);
  expect(page).toContain("&lt;b&gt;read&lt;/b&gt;");
});

test("beside the subjects that the rest of the trace belongs to", async () => {
  const [, text] = await get(`/v1/find?id=${CLAIMED_IN_PART}`, "text/plain");
  expect(text.split("\n").slice(0, 3)).toEqual([
    "trace: order.id ORD-p (/v1/orders/ORD-p)",
    "trace: order.id ORD-q (/v1/orders/ORD-q)",
    `trace: ${SAID}`,
  ]);
  const [, page] = await get(`/v1/find?id=${CLAIMED_IN_PART}`, "text/html");
  expect(page).toContain(`2 answers for <code>${CLAIMED_IN_PART}</code>`);
  expect(page).toContain(`${SAID}.`);
});

test("an id that is a subject's own is not said to lead to itself", async () => {
  expect(await get("/v1/find?id=ORD-p", "text/plain")).toEqual([200, "order.id ORD-p (/v1/orders/ORD-p)\n"]);
});

test("a kind whose id leads to no journey says so, in text and on the page", async () => {
  const found = async () => [{ kind: "account.id", id: "A-1", subjects: [], unclaimed: [] }];
  const app = house.build({ lookup: { tell: async () => null, find: found } });
  const as = async (accept: string) => (await app.request("/v1/find?id=A-1", { headers: { accept } })).text();
  expect(await as("text/plain")).toBe("account.id: leads to no journey\n");
  expect(await as("text/html")).toContain("Leads to no journey.");
});
