/** Lists of dead letters that come out empty: whether nothing was refused, or nothing fits what was asked. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { deadLettersBlock } from "../../../ingest/letter_block.ts";
import { DeadLetterList } from "../../../query/dead_letters.ts";
import { type House, openHouse } from "../house.ts";
import { START_MS } from "../shop.ts";

/** So many reasons another tenant has; count. */
const REASONS = 30;
const WAITING = "No dead letters fit. 3 wait, refused as bad_trace_id and bad_time.\n";

let house: House;
beforeAll(async () => {
  house = await openHouse();
  const many = Array.from({ length: REASONS }, (_, at) => letterOf("blue", `reason_${100 + at}`));
  await house.store.insertNative("dead_letters", [deadLettersBlock(many)]);
});
afterAll(() => house.close());

function letterOf(tenant: string, reason: string) {
  return {
    envelope: {
      signal: "events" as const,
      contentType: "application/json",
      contentEncoding: "",
      receivedMs: START_MS,
      tenant,
      sender: "curl/8 127.0.0.1",
      headers: {},
    },
    item: { reason, text: "It has no id.", where: "", bytes: new TextEncoder().encode(reason) },
  };
}

async function text(query: string, app = house.app): Promise<string> {
  const response = await app.request(`/v1/dead-letters?${query}`, { headers: { accept: "text/plain" } });
  return response.text();
}

test.each([
  "reason=nope",
  "signal=logs",
  "status=discarded",
  "since=2030-01-01",
  "until=2020-01-01",
  "group=reason&signal=logs",
])("where nothing fits %s it is said what waits, and for which reasons", async (query) => {
  expect(await text(query)).toBe(WAITING);
});

test("where nothing was refused there is nothing to name", async () => {
  const app = house.build({ tenant: "green" });
  expect(await text("", app)).toBe("No dead letters.\n");
  expect(await text("reason=nope", app)).toBe("No dead letters.\n");
});

test("where nothing waits any more it is said that nothing does", async () => {
  const app = house.build({ tenant: "done" });
  await house.store.insertNative("dead_letters", [deadLettersBlock([letterOf("done", "no_id")])]);
  expect(await text("reason=nope", app)).toBe("No dead letters fit. 1 waits, refused as no_id.\n");
  const body = JSON.stringify({ letters: { all: true }, because: "a test" });
  const headers = { "content-type": "application/json" };
  const given = await app.request("/v1/dead-letters/discard", { method: "POST", headers, body });
  expect(given.status).toBe(200);
  expect(await text("reason=nope", app)).toBe("No dead letters fit, and none waits.\n");
});

test("of very many reasons the first are named", async () => {
  const said = await text("reason=nope", house.build({ tenant: "blue" }));
  expect(said).toMatch(
    /^No dead letters fit\. 30 wait, refused as reason_100, .*reason_118 and 11 others\.\n$/,
  );
});

test("for machines an empty list is an empty list", async () => {
  const response = await house.app.request("/v1/dead-letters?reason=nope");
  expect(DeadLetterList.parse(await response.json())).toEqual({ deadLetters: [] });
});
