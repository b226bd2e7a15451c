/** Speed cannot rot silently. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const TIMES_FASTER = 3;
/** A machine that is very busy may spoil one run; a decoder that has become slow spoils all. */
const TRIES = 3;

test(`spans are decoded at least ${TIMES_FASTER} times as fast as protobufjs reads them`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "waybill-speed-"));
  const program = join(folder, "speed.mjs");
  const bundle = await rolldown({
    input: fileURLToPath(new URL("./speed.ts", import.meta.url)),
    platform: "node",
  });
  await bundle.write({ file: program, format: "esm" });
  const ratios: number[] = [];
  while (ratios.length < TRIES && Math.max(0, ...ratios) <= TIMES_FASTER) {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    ratios.push(Number(stdout));
  }
  await rm(folder, { recursive: true });
  expect(Math.max(...ratios), `of ${ratios}`).toBeGreaterThan(TIMES_FASTER);
}, 60_000);
