/** Service: a whole Waybill on free ports with a folder of its own, and the ways to talk to it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { NO_TELEMETRY } from "../collector/telemetry.ts";
import type { Surroundings } from "../commands/around.ts";
import { type Config, parseConfig } from "../config.ts";
import type { Definitions } from "../ingest/definitions.ts";
import { parseDefinitions } from "../ingest/yaml.ts";
import { startService } from "../serve.ts";

/** A running Waybill. */
export interface Running {
  readonly api: (path: string, init?: RequestInit) => Promise<Response>;
  /** Posts to the receiver and waits until what it took is stored. */
  readonly send: (path: string, contentType: string, body: Uint8Array | string) => Promise<Response>;
  readonly otlpUrl: string;
  readonly apiUrl: string;
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How to start one. */
export interface Starting {
  readonly yaml: string;
  /** epoch milliseconds */
  readonly now: () => number;
  /** goes on in this folder, and leaves it there; a fresh one otherwise */
  readonly dataDir?: string;
  /** what else is set in the environment */
  readonly env?: Readonly<Record<string, string>>;
  /** what no setting would allow, such as a tiny journal */
  readonly config?: Partial<Config>;
}

/** The definitions in a text. */
export function definitionsIn(text: string): Definitions {
  const parsed = parseDefinitions(text, "test.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definitions;
}

/** Starts a Waybill. */
export async function startWaybill({ yaml, now, dataDir: given, ...other }: Starting): Promise<Running> {
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), "waybill-service-")));
  const env = { WAYBILL_DATA_DIR: dataDir, WAYBILL_OTLP_PORT: "0", WAYBILL_API_PORT: "0", ...other.env };
  const log = pino({ level: "silent" });
  const service = await startService({
    config: { ...parseConfig(env), ...other.config },
    definitions: definitionsIn(yaml),
    log,
    now,
  });
  // A start does not wait for the store, and what is flushed before it is there fails.
  const reached = async () => {
    while (!(await fetch(`${apiUrl}/readyz`)).ok) await sleep(20);
  };
  const otlpUrl = `http://127.0.0.1:${service.otlpPort}`;
  const apiUrl = `http://127.0.0.1:${service.apiPort}`;
  return {
    api: (path, init) => fetch(`${apiUrl}${path}`, init),
    send: async (path, contentType, body) => {
      const headers = { "content-type": contentType };
      const response = await fetch(`${otlpUrl}${path}`, { method: "POST", headers, body: Buffer.from(body) });
      await reached();
      await service.flush();
      return response;
    },
    otlpUrl,
    apiUrl,
    flush: service.flush,
    stop: async () => {
      await service.close();
      if (given === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a command said, and the world it was run in. */
export interface Said extends Surroundings {
  readonly out: string[];
  readonly err: string[];
}

/** The world around a command, with what it prints kept. */
export function listening(): Said {
  const [out, err]: [string[], string[]] = [[], []];
  return {
    out,
    err,
    config: () => parseConfig({}),
    secret: () => undefined,
    telemetry: () => NO_TELEMETRY,
    now: () => 0,
    print: (text) => void out.push(text),
    talk: (text) => void err.push(text),
    progress: () => undefined,
    log: () => pino({ level: "silent" }),
    onStop: () => undefined,
  };
}
