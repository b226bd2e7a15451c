/**
 * Trial: one fault from its provocation to its verdict.
 *
 *   service + load + fault → heal → fresh order answered → stop → judge → a row of the table
 *
 * What every fault shares is here; what is special about one is in faults/cases.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { judge } from "./judge.mjs";
import { isAck, Ledger } from "./ledger.mjs";
import { post, startLoad } from "./load.mjs";
import { waybill } from "./service.mjs";
import { ORDERS, requestOf } from "./traffic.mjs";

let runs = 0;

/** Everything one fault needs, gone when `work` is over. */
export async function trial(options, work) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "waybill-fault-"));
  const run = `${process.pid}x${runs++}`;
  const service = await waybill({ dataDir: join(folder, "data"), ...options });
  const ledger = new Ledger();
  const world = {
    run,
    folder,
    service,
    ledger,
    healMs: [],
    moments: 0,
    notes: [],
    clickhouse: options.clickhouse,
  };
  const loads = [];
  world.load = (settings = {}) => {
    loads.push(startLoad({ otlp: service.otlp, ledger, run, ...settings }));
    return loads.at(-1);
  };
  try {
    await work(world);
    return world;
  } finally {
    service.resume();
    await service.kill();
    for (const load of loads) await load.stop(0);
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A4: an order that nobody has heard of is taken in and told within so long, without a hand laid on anything.
 * How long it took, in ms; a breach when it did not.
 */
export async function heals({ service, ledger, run }, withinMs = 10_000) {
  const block = 1_000_000 + Math.floor(Math.random() * 1e9);
  const order = `F-${run}-${block}-0`;
  const beganMs = performance.now();
  for (const part of ["p", "s"]) {
    const request = requestOf(run, { block, part, nowMs: Date.now() });
    ledger.sending(request);
    for (let status = 0; !isAck(status) && performance.now() - beganMs < withinMs + 20_000; ) {
      const answer = await post(service.otlp, request);
      ledger.answered(request, answer);
      status = answer.status;
      if (!isAck(status)) await sleep(50);
    }
  }
  while (performance.now() - beganMs < withinMs + 20_000) {
    const told = await fetch(`${service.api}/v1/orders/${order}`, { headers: { accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (told?.journeys[0]?.state === "succeeded" && told.hops.length === 2) break;
    await sleep(50);
  }
  const tookMs = performance.now() - beganMs;
  if (tookMs > withinMs) ledger.breach(`a fresh order took ${Math.round(tookMs)} ms`);
  return tookMs;
}

/** Asks `/livez` all the time while something is wrong (A6); the result says what it saw. */
export function watchHealth({ service }) {
  const tookMs = [];
  const failed = new Set();
  let isOver = false;
  const look = async () => {
    while (!isOver) {
      const beganMs = performance.now();
      await fetch(`${service.api}/livez`, { signal: AbortSignal.timeout(5_000) }).then(
        () => tookMs.push(performance.now() - beganMs),
        () => tookMs.push(Number.POSITIVE_INFINITY),
      );
      const names = await service.unready().catch(() => ({}));
      for (const [name, why] of Object.entries(names)) failed.add(`${name}: ${why}`);
      await sleep(100);
    }
  };
  const looking = look();
  return async () => {
    isOver = true;
    await looking;
    return {
      p99Ms: tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? 0,
      failed: [...failed],
    };
  };
}

/** Stops the service in order and judges what its store has. */
export async function verdictOf(world, { acked, badAcked, drainMs = 60_000 } = {}) {
  const { service, ledger } = world;
  if (service.isRunning) {
    await service.ready(drainMs).catch((error) => ledger.breach(error.message.slice(0, 500)));
    await service.drained(drainMs).catch((error) => ledger.breach(error.message.slice(0, 500)));
    const { code, tookMs } = await service.stop();
    if (code !== 0) ledger.breach(`SIGTERM ended it with ${code} after ${Math.round(tookMs)} ms`);
  }
  return judge(whereOf(world), {
    acked: acked ?? ledger.ackedNow(),
    badAcked: badAcked ?? ledger.badAckedNow(),
    sent: new Set(ledger.items.keys()),
  });
}

/** Where the store of a world is, for whoever opens it when the service is gone. */
export function whereOf({ folder, clickhouse }) {
  if (clickhouse !== undefined) return { url: clickhouse.url, dataDir: "" };
  return { url: null, dataDir: join(folder, "data") };
}

/** The row of a world that was judged, or of several judged one by one. */
export function rowOf(fault, world, verdicts) {
  const all = [verdicts].flat();
  const sum = (pick) => all.reduce((total, verdict) => total + pick(verdict), 0);
  const few = (name) => {
    const found = all.flatMap((verdict) => verdict[name]);
    return found.length === 0 ? [] : [`${found.length} ${name}: ${found.slice(0, 3).join(", ")}`];
  };
  return {
    fault,
    moments: world.moments,
    acked: sum(({ acked }) => acked),
    lost: sum(({ lost }) => lost.length),
    duplicates: sum(({ doubled }) => doubled.length),
    healMs: world.healMs.length === 0 ? null : Math.max(...world.healMs),
    notes: world.notes,
    breaches: [
      ...world.ledger.breaches,
      ...few("lost"),
      ...few("doubled"),
      ...few("altered"),
      ...few("unknown"),
      ...few("wrong"),
    ],
  };
}

/** A line for whoever waits. */
export function progress(words) {
  if (process.env.FAULTS_VERBOSE)
    process.stderr.write(`  ${Math.round(performance.now() / 100) / 10} s  ${words}\n`);
}

/** A random whole number. */
export function between(least, most) {
  return Math.floor(least + Math.random() * (most - least + 1));
}

export { ORDERS };
