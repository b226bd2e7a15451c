/**
 * Clock: F10, our own clock a month ahead, a year behind, and set back while it runs.
 *
 * Only the wall clock of the process is moved, as NTP does; what senders say stays as it is.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouse } from "../clickhouse.mjs";
import { answerTo, spanOf, tell } from "../spans.mjs";
import { heals, progress, rowOf, trial, verdictOf } from "../trial.mjs";

/** Reads the offset from a file again and again, so that it can change under a running process. */
function environmentOf(file) {
  // Preloaded by us: the faketime command would stand between us and the process.
  const library = execFileSync("faketime", ["-f", "+0", "printenv", "LD_PRELOAD"]).toString().trim();
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

/** F10. */
export async function clockJumps({ moments, isShort }) {
  // The engine in a process of its own, whose clock stays: faketime gets in the way of its locks.
  const server = await clickhouse();
  const env = { WAYBILL_CLICKHOUSE_URL: `${server.url}/waybill` };
  const world = await trial({ clickhouse: server, env }, async (world) => {
    const file = join(world.folder, "clock");
    const set = (offset) => writeFileSync(file, `${offset}\n`);
    set("+0");
    await world.service.start({ env: environmentOf(file) });
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      await ahead(world, set, isShort);
      await back(world, set);
    }
    await load.stop();
    await yearBehind(world, set);
    world.verdict = await verdictOf(world);
  }).finally(() => server.close());
  return rowOf("F10 clock jumps", world, world.verdict);
}

/** A month ahead: facts of now look a month old, and retention must not take them for it. */
async function ahead(world, set, isShort) {
  progress("+30 days");
  await sleep(500);
  set("+30d");
  await sleep(isShort ? 1_500 : 5_000);
  world.healMs.push(await heals(world));
  set("+0");
  world.moments += 1;
}

/** Five seconds back, twice. */
async function back(world, set) {
  progress("back by 5 s");
  for (const offset of ["-5", "-10"]) {
    set(offset);
    await sleep(1_000);
  }
  world.healMs.push(await heals(world));
  const lag = (await world.service.metrics()).get("waybill_pipeline_lag_seconds");
  if (!(lag >= 0)) world.ledger.breach(`a lag of ${lag}`);
  set("+0");
  await sleep(500);
  world.moments += 1;
}

/** A year behind: what comes from the future is put aside with its reason, and comes in again with the right clock. */
async function yearBehind(world, set) {
  progress("-1 year");
  const { service, ledger, run } = world;
  const order = `C-${run}`;
  set("-365d");
  await sleep(500);
  const spans = ["place", "ship"].map((name) => spanOf({ name, attributes: { "order.id": order } }));
  const rejected = await tell(service, spans);
  if (rejected !== 2) ledger.breach(`a year behind, ${rejected} of 2 spans of now were rejected`);
  set("+0");
  await sleep(1_000);
  const response = await fetch(`${service.api}/v1/dead-letters/replay`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: "time_range" }),
  });
  const state = (await answerTo(service, order))?.journeys[0]?.state;
  if (state !== "succeeded")
    ledger.breach(
      `after the replay (${response.status}) the order is ${state}: ${(await response.text()).slice(0, 200)}`,
    );
  world.moments += 1;
}
