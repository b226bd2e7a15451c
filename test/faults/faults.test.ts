/**
 * Faults, in short: a few kills, lost answers, stops, duplicates and impossible times against a real process.
 *
 * The same cases as `npm run test:faults`, judged by the same ledger, at fewer moments; those that need root or long
 * waits are only there.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";

const RUN = fileURLToPath(new URL("../../faults/run.mjs", import.meta.url));

const Row = z.object({
  fault: z.string(),
  moments: z.number(),
  acked: z.number(),
  lost: z.number(),
  duplicates: z.number(),
  breaches: z.array(z.string()),
});

let rows: z.infer<typeof Row>[] = [];

beforeAll(async () => {
  const args = [RUN, "--short", "--json"];
  const run = promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  // A broken promise ends it with 1; the rows say which.
  const { stdout } = await run.catch((error: unknown) => z.object({ stdout: z.string() }).parse(error));
  rows = z.array(Row).parse(JSON.parse(stdout));
}, 150_000);

test.each(["F1", "F4", "F12", "F15", "F17"])(
  "%s loses nothing, doubles nothing and keeps its promises",
  (name) => {
    const row = rows.find(({ fault }) => fault.startsWith(`${name} `));
    expect(row).toMatchObject({ lost: 0, duplicates: 0, breaches: [] });
    expect(row?.moments).toBeGreaterThan(0);
    expect(row?.acked).toBeGreaterThan(0);
  },
);
