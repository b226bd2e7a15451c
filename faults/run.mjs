/**
 * Run: provokes faults, heals them, and holds what is left against what was promised.
 *
 *   npm run test:faults [-- --only F1,F4] [--moments 20] [--short] [--json] [--list]
 *
 * `--moments` is how often each is provoked, `--short` a few moments of those that `npm test` runs. Faults that need what is not here (root, strace,
 * faketime) are skipped and say why. Exit code 0: nothing lost, nothing doubled, nothing said that should not be.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url)))) {
  console.error("There is no build: npm run build first.");
  process.exit(2);
}
const { CASES } = await import("./cases.mjs");

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    moments: { type: "string" },
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.exit(await main());

async function main() {
  const wanted = flags.only?.split(",").map((name) => name.trim().toUpperCase());
  const cases = CASES.filter(({ name, isShort }) =>
    wanted === undefined ? !flags.short || isShort : wanted.some((each) => each === name.split(" ")[0]),
  );
  if (flags.list) return print(cases.map(({ name, about }) => `${name}  ${about}`));
  const rows = [];
  for (const each of cases) rows.push(...(await tried(each)));
  const failed = rows.filter(
    ({ skipped, breaches = [], lost = 0, duplicates = 0 }) =>
      skipped === undefined && (breaches.length > 0 || lost > 0 || duplicates > 0),
  );
  if (flags.json) {
    print([JSON.stringify(rows)]);
    return failed.length === 0 ? 0 : 1;
  }
  print(tableOf(rows));
  for (const { fault, breaches } of failed) print([`\n${fault}:`, ...breaches.map((words) => `  ${words}`)]);
  console.log(
    failed.length === 0 ? "\nNothing lost, nothing doubled." : `\n${failed.length} faults broke a promise.`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** The rows of a case; most have one. */
async function tried({ name, about, run, missing, moments = 1, shortMoments = 1 }) {
  const reason = missing?.() ?? null;
  if (reason !== null) return [{ fault: `${name} ${about}`, skipped: reason }];
  const beganMs = performance.now();
  process.stderr.write(`${name} …\n`);
  const count = flags.moments === undefined ? (flags.short ? shortMoments : moments) : Number(flags.moments);
  try {
    const rows = [await run({ moments: count, isShort: flags.short })].flat();
    return rows.map((row, at) => (at === 0 ? { ...row, tookMs: performance.now() - beganMs } : row));
  } catch (error) {
    const nothing = { moments: 0, acked: 0, lost: 0, duplicates: 0, healMs: null, notes: [] };
    return [{ fault: `${name} ${about}`, ...nothing, breaches: [error.stack] }];
  }
}

function tableOf(rows) {
  const head = ["fault", "moments", "acked", "lost", "doubled", "heal s", "took s", ""];
  const seconds = (ms) => (ms === null || ms === undefined ? "" : (ms / 1000).toFixed(1));
  const lines = rows.map((row) =>
    row.skipped !== undefined
      ? [row.fault, "", "", "", "", "", "", `skipped: ${row.skipped}`]
      : [
          row.fault,
          row.moments,
          row.acked,
          row.lost,
          row.duplicates,
          seconds(row.healMs),
          seconds(row.tookMs),
          [row.breaches.length > 0 ? "BROKEN" : "", ...row.notes].filter(Boolean).join("; "),
        ],
  );
  const all = [head, ...lines].map((line) => line.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all.map((line) =>
    line.map((cell, column) => cell.padEnd(column === 7 ? 0 : widths[column])).join("  "),
  );
}

function print(lines) {
  console.log(lines.join("\n"));
  return 0;
}
