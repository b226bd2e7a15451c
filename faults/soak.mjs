/**
 * Soak: a steady load for a long time, killed every few minutes, judged at the end.
 *
 *   npm run test:soak -- [--minutes 120] [--rate 2000] [--kill-every 5]
 *
 * `--rate` is in items (spans, log events, CloudEvents) per second, `--kill-every` in minutes. At the end nothing
 * acked may be lost or doubled (A1), objectives count what a recount counts (A5), and memory and open files must be
 * flat to 10 % over the run (A7): compared is the median of each life of the process, without its first minute.
 * Exit code 0 when all of that holds.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openStore } from "../dist/ingest/store.js";
import { deliver } from "./load.mjs";
import { waybill, withoutOurs } from "./service.mjs";
import { medianOf, slopeOf } from "./slope.mjs";
import { judgeTally, Tally } from "./tally.mjs";
import { requestOf } from "./traffic.mjs";
import { heals } from "./trial.mjs";

const ORDERS = 50;
const SENDERS = 8;
const SAMPLE_MS = 2_000;
const WARM_MS = 60_000;
const FLAT = 0.1;
const RECOUNT_MS = 900_000;
/** After a kill late in the run, what is in the journal has to be read back and settled beside the load. */
const DRAIN_MS = 1_200_000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "120" },
    rate: { type: "string", default: "2000" },
    "kill-every": { type: "string", default: "5" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.exit(await main());

async function main() {
  const folder = mkdtempSync(join(flags.folder ?? tmpdir(), "waybill-soak-"));
  const run = `${process.pid}x0`;
  const world = {
    run,
    service: await waybill({ dataDir: join(folder, "data") }),
    ledger: new Tally(),
    beganMs: performance.now(),
    lives: [[]],
    launchedMs: performance.now(),
    kills: 0,
    healMs: [],
  };
  try {
    await world.service.start();
    await underLoad(world, Number(flags.minutes) * 60_000);
    return await judged(world, folder);
  } finally {
    await world.service.kill();
    if (!flags.keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends, samples and kills until the time is over, and gives every request time to be answered. */
async function underLoad(world, lastsMs) {
  const load = {
    otlp: world.service.otlp,
    patienceMs: 30_000,
    isStopped: false,
    next: 0,
    everyMs: (SENDERS * ORDERS * 1_000) / Number(flags.rate),
  };
  const senders = Array.from({ length: SENDERS }, () => send(load, world));
  const killMs = Number(flags["kill-every"]) * 60_000;
  for (let at = 0; at < lastsMs; at = performance.now() - world.beganMs) {
    await sleep(SAMPLE_MS);
    sample(world);
    if (performance.now() - world.launchedMs > killMs && at + killMs / 2 < lastsMs) await killed(world);
  }
  load.isStopped = true;
  load.deadlineMs = performance.now() + 30_000;
  await Promise.all(senders);
}

/** One request every so often; what an outage delayed is not made up for. */
async function send(load, { run, ledger }) {
  let dueMs = performance.now() + Math.random() * load.everyMs;
  while (!load.isStopped) {
    const block = load.next++;
    for (const part of ["p", "s"]) {
      await sleep(Math.max(0, dueMs - performance.now()));
      await deliver(load, requestOf(run, { block, part, nowMs: Date.now(), orders: ORDERS }), ledger);
      dueMs = Math.max(dueMs + load.everyMs, performance.now() - 1_000);
    }
  }
}

function sample({ service, lives, beganMs, launchedMs }) {
  const nowMs = performance.now();
  if (nowMs - launchedMs < Math.min(WARM_MS, (Number(flags["kill-every"]) * 60_000) / 2)) return;
  lives.at(-1).push({ at: (nowMs - beganMs) / 3_600_000, ...service.figures() });
}

async function killed(world) {
  const { service, ledger, lives, beganMs } = world;
  tell(world, `${ledger.ackedItems} acked; ${wordsOf(lives.at(-1))}; kill -9`);
  await service.kill();
  world.kills += 1;
  world.launchedMs = performance.now();
  lives.push([]);
  await service.start({ withinMs: 120_000 }).catch((error) => ledger.breach(error.message.slice(0, 500)));
  world.healMs.push(await heals({ service, ledger: withoutJudging(ledger), run: `${world.run}h` }, 60_000));
  tell(world, `healed in ${(world.healMs.at(-1) / 1000).toFixed(1)} s, ${hours(beganMs)} h into the run`);
}

/** Orders that only show that it is well again are not part of the account; what is wrong with answers is. */
function withoutJudging(ledger) {
  return { sending: () => undefined, answered: () => undefined, breach: (words) => ledger.breach(words) };
}

async function judged(world, folder) {
  const { service, ledger, run } = world;
  const beganMs = performance.now();
  await service.ready(DRAIN_MS);
  await service.drained(DRAIN_MS);
  tell(world, `all stored ${((performance.now() - beganMs) / 1000).toFixed(1)} s after the last request`);
  await recounted(world);
  const { code, tookMs } = await service.stop();
  if (code !== 0) ledger.breach(`SIGTERM ended it with ${code} after ${Math.round(tookMs)} ms`);
  tell(world, "judging");
  const store = await openStore({ url: null, dataDir: join(folder, "data") });
  const verdict = await judgeTally(store, ledger, { run, orders: ORDERS });
  await store.close();
  return report(world, verdict);
}

/**
 * A5. What changes faster than objectives are revised is counted anew within minutes (slo/ledger.ts): until then the
 * counts are behind, and after that they have to be equal.
 */
async function recounted(world) {
  const { service, ledger } = world;
  const beganMs = performance.now();
  tell(world, `${ledger.ackedItems} acked; recounting objectives`);
  for (;;) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL("../dist/cli.js", import.meta.url)), "slo", "recount", "--url", service.api],
      { env: withoutOurs(process.env), encoding: "utf8" },
    );
    const tookMs = performance.now() - beganMs;
    if (status === 0)
      return tell(world, `objectives are right ${(tookMs / 1000).toFixed(0)} s after the end`);
    if (tookMs > RECOUNT_MS) return ledger.breach(`recount: ${stdout}${stderr}`.slice(0, 500));
    await sleep(10_000);
  }
}

function report({ ledger, lives, kills, healMs, beganMs }, verdict) {
  const breaches = [...ledger.breaches];
  for (const name of ["lost", "doubled", "altered", "unknown", "wrong"]) {
    if (verdict[name].length > 0)
      breaches.push(`${verdict[name].length} ${name}: ${verdict[name].slice(0, 3).join("; ")}`);
  }
  const whole = lives.filter((life) => life.length > 0);
  const lines = [
    `${hours(beganMs)} h at ${flags.rate} items/s: ${verdict.acked} acked, ${kills} kills, slowest heal ${(Math.max(0, ...healMs) / 1000).toFixed(1)} s`,
    `lost ${verdict.lost.length}, doubled ${verdict.doubled.length}, altered ${verdict.altered.length}, journeys wrong ${verdict.wrong.length}`,
  ];
  for (const [figure, unit] of [
    ["mib", "MiB resident"],
    ["files", "open files"],
  ]) {
    const { level, perHour, growth } = slopeOf(
      whole.map((life) => ({ at: life[0].at, value: medianOf(life.map((each) => each[figure])) })),
    );
    const words = `${Math.round(level)} ${unit}, ${perHour >= 0 ? "+" : ""}${perHour.toFixed(1)} an hour, ${(growth * 100).toFixed(1)} % over the run`;
    lines.push(words);
    if (growth > FLAT) breaches.push(`not flat: ${words}`);
  }
  const answers = [...ledger.answers].map(
    ([status, count]) => `${status === 0 ? "no answer" : status} ×${count}`,
  );
  console.log(
    [...lines, `answers: ${answers.join(", ")}`, ...breaches.map((words) => `BROKEN ${words}`)].join("\n"),
  );
  return breaches.length === 0 ? 0 : 1;
}

function wordsOf(life) {
  const median = (figure) => Math.round(medianOf(life.map((each) => each[figure])));
  return `${median("mib")} MiB, ${median("files")} files`;
}

function hours(beganMs) {
  return ((performance.now() - beganMs) / 3_600_000).toFixed(2);
}

function tell({ beganMs }, words) {
  process.stderr.write(`${((performance.now() - beganMs) / 60_000).toFixed(1)} min  ${words}\n`);
}
