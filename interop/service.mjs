/**
 * Service: a fresh Waybill for one delivery, and a Collector in front of it when there is one.
 *
 * Both on free ports of loopback with a folder of their own, gone afterwards.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PATIENCE_MS = 30_000;

/** Starts `waybill serve`: where its OTLP port and its API are, and how to stop it. */
export async function startWaybill() {
  const dataDir = mkdtempSync(join(tmpdir(), "waybill-interop-"));
  const env = {
    ...withoutOurs(process.env),
    WAYBILL_OTLP_PORT: "0",
    WAYBILL_API_PORT: "0",
    WAYBILL_DATA_DIR: join(dataDir, "data"),
    WAYBILL_CONFIG: join(ROOT, "interop/waybill.yaml"),
    WAYBILL_LOG_LEVEL: "warn",
  };
  const child = start(process.execPath, [join(ROOT, "dist/cli.js"), "serve"], env);
  const stop = async () => {
    await end(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const said = await orStop(stop, () => saying(child, /OTLP\/HTTP\s+(http\S+)/));
  return { otlp: said[1], api: /Page and API\s+(http\S+)/.exec(said.input)[1], stop };
}

/** Starts a Collector with otel-config.yaml in front of a Waybill; a short decision so that nobody waits. */
export async function startCollector(binary, otlp) {
  const dir = mkdtempSync(join(tmpdir(), "waybill-collector-"));
  const [grpc, http, health, metrics] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const env = {
    ...withoutOurs(process.env),
    COLLECTOR_TARGET: otlp,
    COLLECTOR_QUEUE_DIR: join(dir, "queue"),
    COLLECTOR_HOST: "127.0.0.1",
    WAYBILL_TOKEN: "not-checked-on-loopback",
    OTLP_GRPC_PORT: String(grpc),
    OTLP_HTTP_PORT: String(http),
    HEALTH_PORT: String(health),
    METRICS_PORT: String(metrics),
  };
  const quick = "--set=processors::tail_sampling::decision_wait=1s";
  const child = start(binary, ["--config", join(ROOT, "otel-config.yaml"), quick], env);
  const stop = async () => {
    await end(child);
    rmSync(dir, { recursive: true, force: true });
  };
  const said = await orStop(stop, () => saying(child, /Everything is ready/));
  return { otlp: `http://127.0.0.1:${http}`, grpc: `127.0.0.1:${grpc}`, said: () => said.input, stop };
}

/**
 * The answer about a subject once it has that many hops, without what depends on when we sent and asked: the moment
 * of asking, and how late the facts came.
 */
export async function answerOf(api, { id, hops }) {
  const url = `${api}/v1/orders/${encodeURIComponent(id)}`;
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 100) {
    const response = await fetch(url, { headers: { accept: "application/json" } });
    if (response.ok) {
      const { asOf: _, ...answer } = await response.json();
      const gaps = answer.gaps.filter(({ kind }) => kind !== "late");
      if (answer.hops.length >= hops) return { ...answer, gaps };
    }
    await sleep(100);
  }
  throw new Error(`${url} did not show ${hops} hops within ${PATIENCE_MS / 1000} s`);
}

function start(program, args, env) {
  return spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
}

/** Settings of whoever runs this are not settings of the service under test. */
function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(WAYBILL|OTEL)_/.test(name)));
}

function saying(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${text}`)));
    setTimeout(() => reject(new Error(`it did not start:\n${text}`)), PATIENCE_MS).unref();
  });
}

async function orStop(stop, work) {
  try {
    return await work();
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
