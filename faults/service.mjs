/**
 * Service: a Waybill to be mistreated, on ports that stay the same however often it is started.
 *
 *   launch → ready → kill, stop, suspend → launch again
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * A Waybill that is not started yet. `wrapper` is a command to run it under, such as faketime; `logPath` a file that
 * its log goes to instead of to us.
 */
export async function waybill({ dataDir, env = {}, wrapper = [], logPath }) {
  const [otlpPort, apiPort] = [await freePort(), await freePort()];
  return new Waybill({ dataDir, env, wrapper, logPath, otlpPort, apiPort });
}

class Waybill {
  constructor(options) {
    this.options = options;
    this.otlp = `http://127.0.0.1:${options.otlpPort}`;
    this.api = `http://127.0.0.1:${options.apiPort}`;
    this.child = null;
    this.said = "";
  }

  get pid() {
    return this.child?.pid;
  }

  get isRunning() {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts it, without waiting. */
  launch({ env = {}, wrapper = this.options.wrapper } = {}) {
    const { dataDir, otlpPort, apiPort, logPath } = this.options;
    const log = logPath === undefined ? "pipe" : openSync(logPath, "a");
    const [program, ...args] = [...wrapper, process.execPath, join(ROOT, "dist/cli.js"), "serve"];
    this.child = spawn(program, args, {
      stdio: ["ignore", "ignore", log],
      env: {
        ...withoutOurs(process.env),
        UV_THREADPOOL_SIZE: "16",
        WAYBILL_DATA_DIR: dataDir,
        WAYBILL_OTLP_PORT: String(otlpPort),
        WAYBILL_API_PORT: String(apiPort),
        WAYBILL_CONFIG: join(ROOT, "faults/waybill.yaml"),
        ...this.options.env,
        ...env,
      },
    });
    const child = this.child;
    running.add(child);
    this.exited = once(child, "exit").then(([code, signal]) => {
      running.delete(child);
      return { code, signal };
    });
    if (log !== "pipe") closeSync(log);
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.said = (this.said + text).slice(-200_000);
    });
    return this;
  }

  /** Resolves when both doors are open. */
  async started(withinMs = 30_000) {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      if (!this.isRunning) throw new Error(`it ended: ${this.said.slice(-2_000)}`);
      const doors = [`${this.otlp}/livez`, `${this.api}/livez`].map((url) => fetch(url).then((r) => r.ok));
      if ((await Promise.allSettled(doors)).every(({ value }) => value === true)) return;
      if (performance.now() > deadlineMs) throw new Error(`it did not start: ${this.said.slice(-2_000)}`);
      await sleep(25);
    }
  }

  /** Starts it and waits for both doors; how long that took, in ms. */
  async start(options = {}) {
    const beganMs = performance.now();
    this.launch(options);
    await this.started(options.withinMs);
    return performance.now() - beganMs;
  }

  /** What is not ready, by name; empty when all is well. */
  async unready() {
    const response = await fetch(`${this.api}/readyz?verbose`, { signal: AbortSignal.timeout(10_000) });
    const { failed, checks } = await response.json();
    return Object.fromEntries(failed.map((name) => [name, checks[name]]));
  }

  /** Resolves when it is ready; how long that took, in ms. */
  async ready(withinMs = 60_000) {
    const beganMs = performance.now();
    for (;;) {
      const failed = await this.unready().catch((error) => ({ api: error.message }));
      if (Object.keys(failed).length === 0) return performance.now() - beganMs;
      if (performance.now() - beganMs > withinMs)
        throw new Error(
          `it is not ready after ${withinMs} ms: ${JSON.stringify(failed)}\n${this.said.slice(-2_000)}`,
        );
      await sleep(50);
    }
  }

  /** Resolves when all that was acked is stored and settled. */
  async drained(withinMs) {
    const deadlineMs = performance.now() + withinMs;
    let why = "";
    for (;;) {
      const metrics = await this.metrics().catch((error) => {
        why = error.message;
        return new Map();
      });
      const waiting = ["waiting_hops", "unsettled_subjects"].map((name) =>
        metrics.get(`waybill_pipeline_${name}`),
      );
      if (waiting.every((count) => count === 0)) return;
      if (performance.now() > deadlineMs) throw new Error(`not stored, not settled: ${waiting}; ${why}`);
      await sleep(100);
    }
  }

  async kill() {
    if (!this.isRunning) return;
    this.signal("SIGKILL");
    await this.exited;
  }

  /** SIGTERM; how it ended and how long that took, in ms. */
  async stop() {
    const beganMs = performance.now();
    this.signal("SIGTERM");
    const ended = await this.exited;
    return { ...ended, tookMs: performance.now() - beganMs };
  }

  suspend() {
    this.signal("SIGSTOP");
  }

  resume() {
    this.signal("SIGCONT");
  }

  /** Resident memory in MiB, and open files. */
  figures() {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const mib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    return { mib, files: openFiles(this.pid) };
  }

  /** The metrics page as a map. */
  async metrics() {
    const response = await fetch(`${this.api}/metrics`);
    const text = await response.text();
    if (!response.ok) throw new Error(`/metrics says ${response.status}: ${text.slice(0, 500)}`);
    return new Map(
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
    );
  }

  signal(signal) {
    if (this.isRunning) this.child.kill(signal);
  }
}

function openFiles(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Settings of whoever runs this are not settings of the service under test. */
export function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(WAYBILL|OTEL)_/.test(name)));
}

/** A port nobody listens on at this moment. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
