/**
 * Run: the object-centric log in full.
 *
 *   npm run test:objects -- [--orders 2000] [--kills 50] [--spread 300] [--seed 7]
 *
 * Items are four per order, packages 65 per hundred orders. `--spread` is how many orders go over three processes.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "2000" },
    kills: { type: "string", default: "50" },
    spread: { type: "string", default: "300" },
    seed: { type: "string", default: "7" },
  },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const env = {
  ...process.env,
  OBJECT_ORDERS: values.orders,
  OBJECT_KILLS: values.kills,
  OBJECT_SPREAD: values.spread,
  OBJECT_SEED: values.seed,
};
const args = ["node_modules/vitest/vitest.mjs", "run", "test/objects", "--reporter=verbose"];
const child = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit" });
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
