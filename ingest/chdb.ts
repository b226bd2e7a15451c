/**
 * Chdb: the embedded engine, opened once for this process.
 *
 *   data folder → [engine] → one client that writes, a few that read
 *
 * Loaded only when it is asked for: the library is half a gigabyte. Queries on one connection run one after the
 * other, separate connections side by side, so readers never wait for an insert.
 */
import { randomUUID } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { Failure } from "../errors.ts";
import { run } from "./client.ts";
import { type Folder, inUse, isRunning } from "./folder.ts";
import { PAGE_BYTES, pagesOf } from "./pages.ts";

/**
 * Server settings, which only the first connection of a process can give; the engine shares the machine with us. Without
 * the bounds on threads it cleans up and loads parts with dozens at once and keeps them all, each with memory it touched:
 * 200 threads, and 40 MB.
 */
const ENGINE_ARGS = [
  "--max_server_memory_usage_to_ram_ratio=0.6",
  `--mark_cache_size=${256 * 2 ** 20}`,
  "--max_thread_pool_free_size=8",
  "--max_parts_cleaning_thread_pool_size=2",
  "--max_active_parts_loading_thread_pool_size=2",
  "--max_outdated_parts_loading_thread_pool_size=2",
];

/** The engine, running. */
export interface Engine {
  readonly writer: ClickHouseClient;
  readonly readers: readonly ClickHouseClient[];
  readonly close: () => Promise<void>;
}

/**
 * Opens the store in a folder, or makes a new one.
 *
 * @param folder   held by this process
 * @param readers  connections that read, ≥ 1; each running query holds one of libuv's threads, four by default
 * @throws {Failure} `in_use` when another process has the store; `config` when the platform has no engine
 */
export async function openEngine(folder: Folder, readers: number): Promise<Engine> {
  const { Session, createChdbConnection } = await load();
  const path = folder.store;
  const anchor = await opened(folder, () => new Session(path, { connectionArgs: ENGINE_ARGS }));
  const connect = () => createClient({ connection: asConnection(createChdbConnection({ path })) });
  const clients = Array.from({ length: readers }, connect);
  const writer = connect();
  const close = async () => {
    for (const client of [writer, ...clients]) await client.close();
    anchor.close();
  };
  return { writer, readers: clients, close };
}

/**
 * Inserts blocks by way of a file. Data inline in a statement ends at the first blank line and the rest would run as
 * SQL, so bytes from outside never go there. The file needs no fsync: the journal is the truth until the rows are in.
 */
export async function insertFile(
  client: ClickHouseClient,
  table: string,
  { pieces, scratch }: { readonly pieces: Iterable<Uint8Array>; readonly scratch: string },
): Promise<void> {
  const path = join(scratch, `${randomUUID()}.native`);
  try {
    await write(path, pieces);
    const quoted = path.replace(/[\\']/g, "\\$&");
    await run(client, {
      query: `INSERT INTO ${table} FROM INFILE '${quoted}' COMPRESSION 'none' FORMAT Native`,
    });
  } finally {
    await rm(path, { force: true });
  }
}

async function write(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  try {
    const file = await open(path, "wx");
    try {
      const page = new Uint8Array(PAGE_BYTES);
      for (const full of pagesOf(pieces, () => page)) await file.writeFile(full);
    } finally {
      await file.close();
    }
  } catch (error) {
    // The pieces are made here too: a mistake in that is no outage, and trying again mends nothing.
    if (error instanceof RangeError || error instanceof TypeError) throw error;
    throw new Failure("store_unavailable", "The scratch file could not be written.", error);
  }
}

async function load() {
  try {
    const [{ Session }, { createChdbConnection }] = await Promise.all([
      import("chdb"),
      import("chdb/connection"),
    ]);
    return { Session, createChdbConnection };
  } catch (error) {
    const platform = `${process.platform}-${process.arch}`;
    const detail = `there is no embedded ClickHouse on ${platform}; set WAYBILL_CLICKHOUSE_URL to a server`;
    throw new Failure("config", detail, error);
  }
}

async function opened<T>(folder: Folder, open: () => T): Promise<T> {
  try {
    return open();
  } catch (error) {
    // The driver keeps the engine's reason to itself; the engine notes in a file of its own who has the store.
    const status = await readFile(join(folder.store, "status"), "utf8").catch(() => "");
    const pid = Number(/^PID: (\d+)/.exec(status)?.[1] ?? process.pid);
    if (pid !== process.pid && isRunning(pid)) throw inUse(folder.path, pid, error);
    throw new Failure("config", `the embedded ClickHouse could not open ${folder.store}`, error);
  }
}

type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>["connection"]>;

function asConnection(connection: unknown): Connection {
  return connection as Connection; // the same contract, declared by two copies of the client's common package
}
