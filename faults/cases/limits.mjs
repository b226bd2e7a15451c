/**
 * Limits: F8, too few files for too many clients; F9, too little memory for too large bodies.
 */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouse } from "../clickhouse.mjs";
import { cpuSecondsOf } from "../cpu.mjs";
import { post } from "../load.mjs";
import { spanOf, spansBody } from "../spans.mjs";
import { memoryCap } from "../tools.mjs";
import { heals, progress, rowOf, trial, verdictOf } from "../trial.mjs";

const FILES = 256;
const CLIENTS = 400;
const MEMORY_MIB = 256;

/** Work with a Waybill that has the store in another process: the embedded engine needs more than these limits. */
async function beside(options, work) {
  const server = await clickhouse();
  try {
    const env = { WAYBILL_CLICKHOUSE_URL: `${server.url}/waybill`, ...options.env };
    return await trial({ clickhouse: server, ...options, env }, async (world) => {
      await world.service.start();
      await world.service.ready();
      await work(world);
      world.verdict = await verdictOf(world);
    });
  } finally {
    await server.close();
  }
}

/** F8. */
export async function filesOut({ moments, isShort }) {
  const world = await beside({ wrapper: ["prlimit", `--nofile=${FILES}:${FILES}`] }, async (world) => {
    const load = world.load();
    for (let n = 0; n < moments; n++) {
      await sleep(500);
      await crowded(world, load, isShort ? 2_000 : 10_000);
    }
    await load.stop();
  });
  return rowOf("F8 no files left", world, world.verdict);
}

async function crowded(world, load, forMs) {
  const { service, ledger, notes } = world;
  const sockets = Array.from({ length: CLIENTS }, () => {
    const socket = connect(Number(new URL(service.otlp).port), "127.0.0.1");
    socket.on("error", () => undefined);
    return socket;
  });
  // Under load for a while, then alone with them: it must not spin.
  await sleep(1_000);
  load.pause();
  await sleep(1_500);
  const [beganMs, began] = [performance.now(), cpuSecondsOf(service.pid)];
  await sleep(forMs);
  const share = ((cpuSecondsOf(service.pid) - began) * 1_000) / (performance.now() - beganMs);
  const open = service.figures().files;
  if (share > 0.2) ledger.breach(`it was busy ${Math.round(share * 100)} % of the time`);
  const dropped = (await service.metrics()).get(
    'waybill_receiver_requests_total{door="other",outcome="crowded"}',
  );
  if (!(dropped > 0)) ledger.breach("no connection was turned away");
  notes.push(`${open} files, busy ${Math.round(share * 100)} %`);
  for (const socket of sockets) socket.destroy();
  load.resume();
  world.healMs.push(await heals(world));
  world.moments += 1;
}

/** F9. */
export async function memoryShort({ moments, isShort }) {
  const cap = memoryCap(MEMORY_MIB);
  try {
    const env = { WAYBILL_BODY_BYTES_MAX: String(16 * 2 ** 20), NODE_OPTIONS: "--max-old-space-size=160" };
    const world = await beside({ wrapper: cap.wrapper, env }, async (world) => {
      for (let n = 0; n < moments; n++) await stuffed(world, isShort ? 24 : 64);
    });
    return rowOf("F9 memory cap", world, world.verdict);
  } finally {
    cap.remove();
  }
}

/** Many clients with 10 MiB each, at once. */
async function stuffed(world, clients) {
  const { service, ledger, notes } = world;
  progress(`${clients} clients`);
  const bodies = [0, 1].map((kind) => tenMiB(`${world.run}-${world.moments}-${kind}`));
  const answers = await Promise.all(
    Array.from({ length: clients }, async (_, n) => post(service.otlp, bodies[n % bodies.length])),
  );
  const counts = new Map();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  notes.push([...counts].map(([status, count]) => `${count} × ${status}`).join(", "));
  for (const status of counts.keys())
    if (![200, 413, 429, 503].includes(status)) ledger.breach(`answer ${status} to a large body`);
  if (!service.isRunning) {
    const { code, signal } = await service.exited;
    ledger.breach(`it ended with ${code ?? signal}`);
    await service.start();
  }
  world.healMs.push(await heals(world));
  world.moments += 1;
}

function tenMiB(name) {
  const filler = "x".repeat(8_192);
  const spans = Array.from({ length: 1_200 }, (_, n) =>
    spanOf({ name: "filler", trace: `${name}-${n}`, attributes: { filler } }),
  );
  return {
    path: "/v1/traces",
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(spansBody(spans))),
  };
}
