/** `waybill slo simulate`, `import` and `export`, and the warnings of `waybill check`, as argv has them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check } from "../../commands/check.ts";
import { addSloCommands } from "../../commands/slo_argv.ts";
import { listening, type Said } from "../service.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "waybill-slo-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** Runs `waybill slo …`, and tells the exit code. */
async function run(around: Said, ...argv: string[]): Promise<number | null> {
  let code: number | null = null;
  const program = new Command("waybill").exitOverride().enablePositionalOptions();
  const slo = program
    .command("slo")
    .option("--json")
    .action(() => undefined);
  addSloCommands(slo, around, async (coming) => {
    code = await coming;
  });
  await program.parseAsync(["node", "waybill", "slo", ...argv]);
  return code;
}

const scenario = {
  target: "99.9%",
  window: "30d",
  history: [{ minutes: 43_200, good: 1_000, bad: 0 }],
  segments: [
    { minutes: 10, good: 850, bad: 150 },
    { minutes: 120, good: 1_000, bad: 0 },
  ],
  minBadEvents: 0,
};

test("a scenario is told as JSON with --json after the file, and as a table without", async () => {
  const path = file("scenario.json", JSON.stringify(scenario));
  const machine = listening();
  expect(await run(machine, "simulate", path, "--json")).toBe(0);
  expect(JSON.parse(machine.out[0] ?? "")).toEqual({
    tiers: {
      "page-fast": [{ firesAtMinute: 6, resolvesAtMinute: 15 }],
      "page-slow": [],
      "ticket-fast": [],
      "ticket-slow": [],
    },
    page: [{ firesAtMinute: 6, resolvesAtMinute: 15 }],
    ticket: [],
    budget: {
      consumedRatio: expect.closeTo(1_500 / 43_200, 12),
      remainingRatio: expect.closeTo(1 - 1_500 / 43_200, 12),
    },
  });
  const person = listening();
  expect(await run(person, "simulate", path)).toBe(0);
  expect(person.out[0]).toMatch(/^page +min 6 +min 15 +9 min$/m);
});

test("a scenario that makes no sense, and a file that is not there, are wrong usage", async () => {
  const path = file("wrong.json", JSON.stringify({ ...scenario, target: "100%" }));
  await expect(run(listening(), "simulate", path)).rejects.toMatchObject({
    code: "bad_request",
    retryable: false,
  });
  const gone = join(dir, "gone.json");
  await expect(run(listening(), "simulate", gone)).rejects.toThrow(`${gone} cannot be read.`);
});

const YAML = `
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { event: placed } }
    objectives:
      - { name: success, target: 99.5%, window: 28d }
      - { name: few, target: 90%, expect_traffic: { min: 1, per: 1h } }
`;

test("objectives go out as OpenSLO and come in as they were", async () => {
  const path = file("waybill.yaml", YAML);
  const out = listening();
  expect(await run(out, "export", "--file", path, "--objective", "create-order.success")).toBe(0);
  const back = listening();
  expect(await run(back, "import", file("slo.yaml", out.out.join("\n")))).toBe(0);
  expect(back.out.join("\n")).toBe(
    [
      "journeys:",
      "  create-order:",
      "    objectives:",
      "      - name: success",
      "        target: 99.5%",
      "        window: 28d",
    ].join("\n"),
  );
  expect(back.err).toEqual([]);
});

test("an objective that is not there cannot be exported", async () => {
  const path = file("waybill.yaml", YAML);
  await expect(
    run(listening(), "export", "--file", path, "--objective", "create-order.gone"),
  ).rejects.toMatchObject({
    code: "not_found",
  });
});

test("doubts are told with their line, and do not make a file wrong", async () => {
  const path = file("waybill.yaml", YAML);
  const around = listening();
  expect(await check(around, { file: path })).toBe(0);
  expect(around.out).toEqual([
    `${path}:9 journeys/create-order/objectives/1/tiers/page-fast: warning: can never fire: it needs a burn above 13.44, and when everything fails at 90 % it is 10; say \`burn\` with less than 10, or \`off\``,
  ]);
  const machine = listening();
  expect(await check(machine, { file: path, json: true })).toBe(0);
  expect(JSON.parse(machine.out[0] ?? "")).toMatchObject({ problems: [], warnings: [{ line: 9 }] });
});
