/**
 * Service: a real Waybill in a process of its own, and what can be asked of it from outside.
 *
 *   folder, waybill.yaml → [service] → ports, /metrics, answers → stop or kill
 *
 * Started from the same build as the bench, with the command that users start, on free ports of 127.0.0.1.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { renderDefinitions } from "./shop.ts";

/** Where and how to start one. */
export interface ServiceStart {
  /** exists; its journal and store are kept */
  readonly dataDir: string;
  /** @default the shop's */
  readonly definitions?: string;
  /** options of Node, before the script */
  readonly nodeOptions?: readonly string[];
}

/** One that runs. */
export interface BenchService {
  readonly pid: number;
  readonly otlpPort: number;
  /** from the start of the process until both doors were open; s */
  readonly startSeconds: number;
  /** The API's answer to a GET: status, text, and how long it took to its last byte; ms. */
  readonly get: (path: string) => Promise<Got>;
  /** All that /metrics says, by name and labels as written there. */
  readonly metrics: () => Promise<ReadonlyMap<string, number>>;
  /** Resolves when all that was acked is stored. @throws {Error} when that takes longer than so many seconds */
  readonly drained: (secondsMax: number) => Promise<void>;
  /** As `drained`, and every journey is written too: a stop waits no more than seconds for that, so wait before a recount. */
  readonly settled: (secondsMax: number) => Promise<void>;
  /** What JavaScript holds after a collection; bytes. Needs collect.ts in it; null when it does not answer. */
  readonly held: () => Promise<number | null>;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

/** What a GET came back with. */
export interface Got {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

const BUILT = fileURLToPath(new URL("../cli.js", import.meta.url));
/** Run from the sources, as the tests do, it needs a build beside them. */
const CLI = existsSync(BUILT) ? BUILT : fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** As start.cjs and package.json set them: queries, gzip and fsync share these threads, and facts live for seconds. */
const POOL = "16";
const YOUNG = "--max-semi-space-size=64";

/** Starts one and waits until it takes data. */
export async function startService(start: ServiceStart): Promise<BenchService> {
  const definitions = join(start.dataDir, "waybill.yaml");
  await writeFile(definitions, start.definitions ?? renderDefinitions());
  const beganMs = performance.now();
  const child = spawn(process.execPath, [...(start.nodeOptions ?? []), CLI, "serve"], {
    env: {
      WAYBILL_DATA_DIR: start.dataDir,
      WAYBILL_CONFIG: definitions,
      WAYBILL_OTLP_PORT: "0",
      WAYBILL_API_PORT: "0",
      WAYBILL_LOG_LEVEL: "error",
      UV_THREADPOOL_SIZE: POOL,
      NODE_OPTIONS: YOUNG,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { apiPort, otlpPort } = await portsOf(child);
  const startSeconds = (performance.now() - beganMs) / 1000;
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string) => fetched(agent, apiPort, path);
  const metrics = async () => parseMetrics((await ask("/metrics")).text);
  return {
    pid: child.pid ?? 0,
    otlpPort,
    startSeconds,
    get: ask,
    metrics,
    drained: (secondsMax) => emptied({ ask, metrics }, ["waiting_hops"], secondsMax),
    settled: (secondsMax) => emptied({ ask, metrics }, ["waiting_hops", "unsettled_subjects"], secondsMax),
    held: () => held(child),
    stop: () => ended(child, agent, "SIGTERM"),
    kill: () => ended(child, agent, "SIGKILL"),
  };
}

/** Reads what the service says until it has said where it listens; what else it says goes to our stderr. */
async function portsOf(
  child: ChildProcess,
): Promise<{ readonly apiPort: number; readonly otlpPort: number }> {
  let said = "";
  const heard = new Promise<{ apiPort: number; otlpPort: number }>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the service ended (${code}): ${said}`)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const api = /^Page and API.*:(\d+)$/m.exec(said)?.[1];
      const otlp = /^OTLP\/HTTP.*:(\d+)$/m.exec(said)?.[1];
      if (api !== undefined && otlp !== undefined) resolve({ apiPort: Number(api), otlpPort: Number(otlp) });
    });
  });
  const ports = await heard;
  child.stderr?.removeAllListeners("data").on("data", (text: string) => {
    if (text.includes('"level"')) process.stderr.write(text);
  });
  return ports;
}

function fetched(agent: Agent, port: number, path: string): Promise<Got> {
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = get({ agent, host: "127.0.0.1", port, path, headers: { accept: "application/json" } });
    // The service may let go of an idle connection in the moment in which it is used again.
    request.on("error", (error) =>
      request.reusedSocket ? fetched(agent, port, path).then(resolve, reject) : reject(error),
    );
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - beganMs }),
      );
    });
  });
}

/** `name{labels} value`, a line each. */
function parseMetrics(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

interface Asking {
  readonly ask: BenchService["get"];
  readonly metrics: BenchService["metrics"];
}

/** Ready means that no journal is being replayed: what is in it does not count as waiting yet. */
async function emptied({ ask, metrics }: Asking, what: readonly string[], secondsMax: number): Promise<void> {
  const untilMs = performance.now() + secondsMax * 1000;
  for (;;) {
    const ready = await ask("/readyz");
    const told = await metrics();
    const left = what.map((name) => told.get(`waybill_pipeline_${name}`) ?? Number.NaN);
    if (left.some(Number.isNaN)) throw new Error(`the service does not say all of ${what.join(", ")}`);
    if (ready.status === 200 && left.every((count) => count === 0)) return;
    if (performance.now() > untilMs)
      throw new Error(
        `after ${secondsMax} s there still are ${left.join(", ")} ${what.join(", ")}; ready: ${ready.text}`,
      );
    await sleep(50);
  }
}

function held(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(null), 30_000);
    child.stderr?.on("data", function listen(text: string) {
      const bytes = /bench-memory (\d+)/.exec(text)?.[1];
      if (bytes === undefined) return;
      child.stderr?.off("data", listen);
      clearTimeout(giveUp);
      resolve(Number(bytes));
    });
    child.kill("SIGUSR2");
  });
}

async function ended(child: ChildProcess, agent: Agent, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  agent.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

const Told = z.object({ hops: z.array(z.unknown()), journeys: z.array(z.object({ state: z.string() })) });

/** How many hops an answer about an order has; 0 when nothing is known of it. */
export function hopsTold({ status, text }: Got): number {
  return status === 200 ? Told.parse(JSON.parse(text)).hops.length : 0;
}

/** The states of the journeys in an answer. */
export function statesTold({ status, text }: Got): string[] {
  return status === 200 ? Told.parse(JSON.parse(text)).journeys.map(({ state }) => state) : [];
}
