/** `waybill dead-letters` against a running Waybill: what it prints, what it does, and its exit codes. */
import { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discardLetters, listLetters, replayLetters, showLetter } from "../../commands/letters.ts";
import { addLetterCommands } from "../../commands/letters_argv.ts";
import { listening, type Running, type Said, startWaybill } from "../service.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const YAML = `
version: 1
keys: { order.id: { role: identifies, from: [order.id] } }
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { event: placed } }
`;

let waybill: Running;

beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => NOW_MS });
  await waybill.send("/v1/logs", "application/json", JSON.stringify(logs("ORD-1", "ORD-2")));
});
afterAll(() => waybill.stop());

/** Log events whose times are text that is no number. */
function logs(...orders: string[]) {
  const logRecords = orders.map((order) => ({
    eventName: "placed",
    timeUnixNano: "noon",
    attributes: [{ key: "order.id", value: { stringValue: order } }],
  }));
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
}

const url = () => ({ url: waybill.apiUrl });

async function idOf(order: string): Promise<string> {
  const around = listening();
  await listLetters(around, { ...url(), json: true, status: "new" });
  for (const { id } of JSON.parse(around.out[0] ?? "").deadLetters) {
    const shown = listening();
    await showLetter(shown, id, url());
    if (shown.out.join().includes(order)) return id;
  }
  throw new Error(`no letter of ${order}`);
}

/** As argv would have it. */
async function run(around: Said, ...argv: string[]): Promise<number | null> {
  let code: number | null = null;
  const program = new Command("waybill").exitOverride().enablePositionalOptions();
  addLetterCommands(program.command("dead-letters"), around, async (coming) => {
    code = await coming;
  });
  await program.parseAsync(["node", "waybill", "dead-letters", ...argv]);
  return code;
}

test("the list and its groups are one line each, also without naming `list`", async () => {
  const around = listening();
  expect(await run(around, "--url", waybill.apiUrl)).toBe(0);
  expect(around.out.join("\n").split("\n")).toHaveLength(2);
  expect(await run(around, "list", "--group", "reason", "--url", waybill.apiUrl)).toBe(0);
  expect(around.out.at(-1)).toMatch(/^2 letters, 2 waiting, last 2026-11-24T12:00:00Z {2}logs {2}type: /);
});

test("the list says that there are more, and a cursor has them", async () => {
  const around = listening();
  await run(around, "list", "--limit", "1", "--url", waybill.apiUrl);
  const [, cursor = ""] = /^There are more: the same with --cursor (\S+)$/.exec(around.err.join()) ?? [];
  await run(around, "list", "--limit", "1", "--cursor", cursor, "--url", waybill.apiUrl);
  expect(new Set(around.out).size).toBe(2);
  expect(around.err).toHaveLength(1);
});

test("letters are chosen by how far back as one says it", async () => {
  const later = { ...listening(), now: () => NOW_MS + 7_200_000 };
  await run(later, "list", "--since", "1h", "--url", waybill.apiUrl);
  await run(later, "replay", "--since", "1h", "--dry-run", "--url", waybill.apiUrl);
  await run(later, "replay", "--since", "3h", "--dry-run", "--url", waybill.apiUrl);
  expect(later.out).toEqual([
    expect.stringContaining("No dead letters"),
    "No dead letter is waiting that fits.",
    expect.stringContaining("2 refused again"),
  ]);
});

test("a try says what is still refused, and its exit code is 1", async () => {
  const around = listening();
  expect(await run(around, "replay", "--all", "--dry-run", "--url", waybill.apiUrl)).toBe(1);
  expect(around.out).toEqual(["Would take in 0 records; 0 here already; 2 refused again (2 by type)."]);
  expect(around.err.join()).toContain("timeUnixNano");
});

test("an id of 2^53 or more is mended to the last digit", async () => {
  const around = listening();
  const id = '{"key":"order.id","value":{"intValue":1234567890123456781}}';
  const patch = `{"timeUnixNano":"${NOW_MS}000000","attributes":[${id}]}`;
  expect(await replayLetters(around, [await idOf("ORD-1")], { ...url(), patch, dryRun: true })).toBe(0);
  expect(around.out[0]).toContain("\n1234567890123456781  create-order");
});

test("a letter mended on the command line takes its place, and says what became of its journey", async () => {
  const around = listening();
  const patch = JSON.stringify({ timeUnixNano: `${NOW_MS}000000` });
  const id = await idOf("ORD-1");
  expect(await replayLetters(around, [id], { ...url(), patch, dryRun: true })).toBe(0);
  expect(await replayLetters(around, [id], { ...url(), patch })).toBe(0);
  expect(around.out[1]).toBe(
    "Took in 1 record; 0 here already; 0 refused again.\nORD-1  create-order  new → succeeded (finished)",
  );
});

test("what was given up waits no longer: nothing to replay is a no", async () => {
  const around = listening();
  expect(await discardLetters(around, [await idOf("ORD-2")], { ...url(), because: "a test order" })).toBe(0);
  expect(await replayLetters(around, [], { ...url(), all: true })).toBe(1);
  expect(around.out).toEqual(["1 discarded.", "No dead letter is waiting that fits."]);
});

test.each([
  ["no letters named", [], {}],
  ["a mending of two at once", ["a", "b"], { patch: "{}" }],
  ["a patch that is not JSON", ["a"], { patch: "{" }],
] as const)("%s is wrong usage", async (_what, ids, options) => {
  await expect(replayLetters(listening(), ids, { ...url(), ...options })).rejects.toMatchObject({
    code: "bad_request",
  });
});

test("a letter that is not there is a no, with the API's own words", async () => {
  await expect(showLetter(listening(), "0".repeat(32), url())).rejects.toMatchObject({ code: "not_found" });
});
