/** Who may replay what, from where: processes that take nothing in, browsers with a password, pages elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Problem } from "../../query/problem.ts";
import { type House, openHouse } from "./house.ts";

const TOKEN = "0123456789abcdef0123";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const json = { "content-type": "application/json" };
const all = JSON.stringify({ all: true });

test("a process that takes nothing in says so, and where to ask; a try works all the same", async () => {
  const post = (path: string) => house.app.request(path, { method: "POST", headers: json, body: all });
  const refused = await post("/v1/dead-letters/replay");
  expect(refused.status).toBe(409);
  expect(Problem.parse(await refused.json())).toMatchObject({
    type: "urn:waybill:problem:no_intake",
    detail: "Ask one that does: WAYBILL_ROLE=all on the same store.",
  });
  expect((await post("/v1/dead-letters/replay?dry_run=1")).status).toBe(200);
});

describe("with a token", () => {
  const basic = `Basic ${Buffer.from(`anyone:${TOKEN}`).toString("base64")}`;
  const post = (path: string, headers: Record<string, string>) =>
    house
      .build({ token: TOKEN })
      .request(path, { method: "POST", headers: { ...json, ...headers }, body: all });

  test.each([
    ["a program with the token", { authorization: `Bearer ${TOKEN}` }, 200],
    ["a browser on a page of ours", { authorization: basic, "sec-fetch-site": "same-origin" }, 200],
    [
      "an old browser on a page of ours",
      { authorization: basic, origin: "http://localhost", host: "localhost" },
      200,
    ],
    ["a browser that does not say where", { authorization: basic }, 401],
    [
      "a page elsewhere, with the user's password",
      { authorization: basic, "sec-fetch-site": "cross-site" },
      403,
    ],
    ["a page of a neighbour on the same site", { authorization: basic, "sec-fetch-site": "same-site" }, 403],
    ["nobody", {}, 401],
    ["a wrong token", { authorization: "Bearer 0123456789abcdef0124" }, 401],
  ])("%s is answered %s → %s", async (_who, headers, status) => {
    expect((await post("/v1/dead-letters/replay?dry_run=1", headers)).status).toBe(status);
  });

  test("the page may be read by a browser from anywhere it comes", async () => {
    const app = house.build({ token: TOKEN });
    const headers = { authorization: basic, "sec-fetch-site": "cross-site", accept: "text/html" };
    expect((await app.request("/v1/dead-letters", { headers })).status).toBe(200);
  });
});

test("a body beyond 2 MiB is turned away before it is read", async () => {
  const body = JSON.stringify({ yaml: "x".repeat(2 * 1024 * 1024), since: "2026-11-20" });
  const response = await house.app.request("/v1/definitions/check", { method: "POST", headers: json, body });
  expect(response.status).toBe(413);
});
