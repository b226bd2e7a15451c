/**
 * Server: a real ClickHouse HTTP server on loopback for the tests that need one, and a store on either shape.
 *
 *   startServer → url → ... → stop        onBothShapes → open → store
 *
 * `CLICKHOUSE_URL`, when set, is used instead and left running. Nothing here is a fake: the same engine, the same
 * wire protocol (see clickhouse_server.mjs).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openStore, type Store } from "../ingest/store.ts";

const SCRIPT = fileURLToPath(new URL("./clickhouse_server.mjs", import.meta.url));
const START_MS = 60_000;

/** A running server. */
export interface Server {
  /** without a trailing slash: `http://127.0.0.1:34567` */
  readonly url: string;
  /** Kills it at once, as a crash would, and removes its data unless it was given a folder. Twice is harmless. */
  readonly stop: () => Promise<void>;
}

/** Where a server keeps its data and listens; by default a fresh folder and a free port. */
export interface ServerOptions {
  readonly port?: number;
  readonly dataDir?: string;
  /** ClickHouse configuration file, for `remote_servers` and the like */
  readonly configFile?: string;
}

/** Starts a server and waits until it answers. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const given = process.env["CLICKHOUSE_URL"];
  if (given) return { url: given.replace(/\/$/, ""), stop: async () => {} };
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "waybill-server-")));
  const port = options.port ?? (await freePort());
  const config = options.configFile === undefined ? [] : [options.configFile];
  const child = spawn(process.execPath, [SCRIPT, dataDir, String(port), ...config], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await kill(child);
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  await answering(url, child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop };
}

/**
 * Declares the same tests for the embedded engine and for a server.
 *
 * `open` gives a store on a database of its own; everything opened is closed when the block ends.
 *
 *   onBothShapes("migrations", (open) => { test("…", async () => { const store = await open(); … }); });
 */
export function onBothShapes(name: string, declare: (open: () => Promise<Store>) => void): void {
  describe.each(["embedded", "server"] as const)(`${name} (%s)`, (shape) => {
    const stores: Store[] = [];
    let dataDir = "";
    let server: Server | null = null;
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "waybill-store-"));
      server = shape === "server" ? await startServer() : null;
    });
    afterAll(async () => {
      for (const store of stores) await store.close();
      await server?.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    declare(async () => {
      const database = `test_${randomUUID().replaceAll("-", "")}`;
      const store = await openStore({ url: server?.url ?? null, database, dataDir });
      stores.push(store);
      return store;
    });
  });
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new RangeError("a TCP server has a port");
  return address.port;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const deadlineMs = performance.now() + START_MS;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null)
      throw new Error(`the ClickHouse server ended with ${child.exitCode}: ${said}`);
    const answer = await fetch(`${url}/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`the ClickHouse server did not answer within ${START_MS} ms: ${said}`);
}

/** Granules that a question reads of those there are, from the plan of the engine, over all parts. */
export async function granulesRead(store: Store, sql: string, params: Parameters<Store["query"]>[1]) {
  const plan = JSON.stringify(await store.query(`EXPLAIN indexes = 1 ${sql}`, params));
  const counts = [...plan.matchAll(/Granules: (\d+)\/(\d+)/g)].map(([, read, of]) => ({ read, of }));
  return { read: Number(counts.at(-1)?.read), of: Number(counts.at(0)?.of) };
}
