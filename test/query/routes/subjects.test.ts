/** An id asked for as what it is not: the answer is no, and names the address that has it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Problem } from "../../../query/problem.ts";
import { type House, openHouse } from "../house.ts";
import { hop } from "../shop.ts";

const TRACE = "a".repeat(32);

let house: House;
beforeAll(async () => {
  house = await openHouse();
  house.add([hop(1, { service: "nokeys", name: "GET /thing", at: 0, took: 5 })]);
  const keys = new Map([["package.id", "BOTH"]]);
  const both = hop(2, { service: "shop", name: "pack", at: 0, with: { attributes: keys, traceId: "" } });
  house.add([both]);
  house.add([{ ...both, id: "c".repeat(32), attributes: new Map([["correlation.id", "BOTH"]]) }]);
});
afterAll(() => house.close());

async function ask(path: string, accept = "application/json") {
  const response = await house.app.request(path, { headers: { accept } });
  return [response.status, await response.text()] as const;
}

async function problem(path: string) {
  const [status, text] = await ask(path);
  expect(status).toBe(404);
  return Problem.parse(JSON.parse(text));
}

describe("an id that is of another kind", () => {
  test("is no order, and its address is named", async () => {
    expect(await problem("/v1/orders/c-77")).toMatchObject({
      type: "urn:waybill:problem:not_found",
      detail: "No order of that id; it is known as correlation.id: /v1/subjects/correlation.id/c-77",
      elsewhere: [{ kind: "correlation.id", url: "/v1/subjects/correlation.id/c-77" }],
    });
  });

  test("is named by its own address also when that redirects to an order", async () => {
    expect((await problem("/v1/orders/c-42")).detail).toContain("/v1/subjects/correlation.id/c-42");
  });

  test("is an order, asked for as something else", async () => {
    expect((await problem("/v1/subjects/package.id/ORD-happy")).detail).toBe(
      "No package of that id; it is known as order.id: /v1/orders/ORD-happy",
    );
  });

  test("is of two others", async () => {
    expect((await problem("/v1/orders/BOTH")).detail).toBe(
      "No order of that id; it is known as correlation.id: /v1/subjects/correlation.id/BOTH and package.id: /v1/subjects/package.id/BOTH",
    );
  });

  test("is a trace", async () => {
    expect((await problem(`/v1/orders/${TRACE}`)).detail).toBe(
      `No order of that id; it is known as trace: /v1/find?id=${TRACE}`,
    );
  });

  test("is of none", async () => {
    const { detail, elsewhere } = await problem("/v1/orders/nobody");
    expect([detail, elsewhere]).toEqual([undefined, undefined]);
  });

  test("is a link on the page", async () => {
    const [status, page] = await ask("/v1/orders/c-77", "text/html");
    expect(status).toBe(404);
    expect(page).toContain("That id is something else.");
    expect(page).not.toContain("Nothing is known");
    expect(page).toContain('<a href="/v1/subjects/correlation.id/c-77">correlation.id</a>');
  });
});

test("other kinds are looked through only for what is not there", async () => {
  const never = () => Promise.reject(new RangeError("searched"));
  const { lookup } = house;
  const app = house.build({ lookup: { ...lookup, find: never } });
  expect((await app.request("/v1/orders/ORD-happy")).status).toBe(200);
  expect((await app.request("/v1/subjects/correlation.id/c-42")).status).toBe(307);
});

test("a kind under which the id leads to no journey is not named: its address has nothing either", async () => {
  const found = [{ kind: "account.id", id: "A-1", subjects: [], unclaimed: [] }];
  const app = house.build({ lookup: { tell: async () => null, find: async () => found } });
  const text = await (await app.request("/v1/orders/A-1")).text();
  expect(Problem.parse(JSON.parse(text)).detail).toBeUndefined();
});
