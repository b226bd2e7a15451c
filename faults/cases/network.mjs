/**
 * Network: F11, senders that vanish in mid-body or say nothing more, and readers that take a byte a second.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { spanOf, tell } from "../spans.mjs";
import { heals, progress, rowOf, trial, verdictOf } from "../trial.mjs";

const PEERS = 50;
/** Ten answers of 8 MB are on their way, and the engine has its caches. */
const GROWTH_MIB = 400;
/** In /proc/net/tcp. */
const ESTABLISHED = "01";
/** Requests may take 55 s, found out 5 s later; answers may lie there for 40 s; who asks nothing is kept for 65 s. */
const FREED_MS = 70_000;

/** F11. */
export async function peersVanish({ moments, isShort }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    const ways = isShort ? [cutInBody] : [cutInBody, silentInBody, slowReaders];
    for (let n = 0; n < moments; n++) for (const way of ways) await met(world, way);
    world.verdict = await verdictOf(world);
  });
  return rowOf("F11 network", world, world.verdict);
}

async function met(world, way) {
  progress(way.name);
  const { service, ledger, notes } = world;
  const before = service.figures();
  const freedMs = await way(world);
  if (freedMs !== null) notes.push(`${way.name}: free after ${(freedMs / 1000).toFixed(0)} s`);
  const after = service.figures();
  if (after.mib > before.mib + GROWTH_MIB)
    ledger.breach(`${way.name}: from ${before.mib} to ${after.mib} MiB`);
  world.healMs.push(await heals(world));
  world.moments += 1;
}

function dial(origin) {
  return connect(Number(new URL(origin).port), "127.0.0.1").on("error", () => undefined);
}

function halfABody(path) {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n`;
  return `${head}${"{".padEnd(100_000, " ")}`;
}

/** Gone without a goodbye. */
async function cutInBody({ service }) {
  const sockets = Array.from({ length: PEERS }, () => dial(service.otlp));
  for (const socket of sockets) socket.write(halfABody("/v1/traces"));
  await sleep(500);
  for (const socket of sockets) socket.resetAndDestroy();
  await sleep(200);
  return null;
}

/** Half a body and then nothing, at both doors. */
async function silentInBody(world) {
  const { service } = world;
  const doors = [
    [service.otlp, "/v1/traces"],
    [service.api, "/v1/annotations"],
  ];
  const sockets = doors.flatMap(([origin, path]) =>
    Array.from({ length: PEERS / 2 }, () => {
      const socket = dial(origin);
      socket.write(halfABody(path));
      return socket;
    }),
  );
  return allClosed(world, sockets);
}

/** A large answer is asked for many times, and taken a byte a second. */
async function slowReaders(world) {
  const { service, run } = world;
  const order = `N-${run}-${world.moments}`;
  const filler = "x".repeat(40_000);
  for (let n = 0; n < 10; n++) {
    const spans = Array.from({ length: 50 }, (_, at) =>
      spanOf({ name: `work ${n} ${at} ${filler}`, attributes: { "order.id": order } }),
    );
    await tell(service, spans);
  }
  const sockets = Array.from({ length: PEERS / 5 }, () => {
    const socket = dial(service.api);
    socket.pause();
    socket.write(`GET /v1/orders/${order} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n\r\n`);
    return socket;
  });
  const reading = setInterval(() => {
    for (const socket of sockets) socket.read(1);
  }, 1_000);
  const freedMs = await allClosed(world, sockets);
  clearInterval(reading);
  return freedMs;
}

/** How long until the other side has let go of all of them; ms. A breach when it takes too long. */
async function allClosed({ ledger }, sockets) {
  const beganMs = performance.now();
  await sleep(500);
  const ports = new Set(sockets.map(({ localPort }) => localPort));
  while (heldBy(ports) > 0) {
    if (performance.now() - beganMs > FREED_MS) {
      ledger.breach(`${heldBy(ports)} connections were still open after ${FREED_MS} ms`);
      break;
    }
    await sleep(500);
  }
  for (const socket of sockets) socket.destroy();
  return performance.now() - beganMs;
}

/** Established connections whose other end has one of these ports: those that the service still holds. */
function heldBy(ports) {
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  return lines.filter((line) => {
    const [, , remote = "", state] = line.trim().split(/\s+/);
    return state === ESTABLISHED && ports.has(Number.parseInt(remote.split(":")[1], 16));
  }).length;
}
