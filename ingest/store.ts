/**
 * Store: ClickHouse, whichever shape it has.
 *
 *   openStore → query, command, insertNative → close
 *
 * Embedded in this process or a server over HTTP: everything above this file is the same code. The only place that
 * sets engine settings, because on an embedded connection a setting given with one query stays for all later ones.
 * Knows no table and no question: statements.ts and the .sql files do.
 */
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { Failure } from "../errors.ts";
import { Attendant } from "./attendant.ts";
import { bind, type Params } from "./bind.ts";
import { insertFile, openEngine } from "./chdb.ts";
import { insertBody, ping, type Request, rowsOf, run } from "./client.ts";
import { openFolder } from "./folder.ts";
import { Syncer } from "./syncer.ts";

/** Settings of every connection. */
const COMMON = {
  // A 64-bit integer does not fit a JavaScript number: it comes as a decimal string.
  output_format_json_quote_64bit_integers: 1,
  // Blocks are batched before they come here, and an insert that resolved must be stored.
  async_insert: 0,
  // Rows that are the same are made one when parts are merged, and readers expect them until then: looking for them in
  // every block that comes in would cost as much as all else about it.
  optimize_on_insert: 0,
  // One flush may bring old hops from any number of days; to refuse it would be to refuse it for ever.
  throw_on_max_partitions_per_insert_block: 0,
  // A long list of localities may be part of the statement.
  max_query_size: "16777216",
} as const;

/** On top of that, what keeps one question from starving everything else. */
const READING = {
  ...COMMON,
  max_execution_time: 30,
  max_memory_usage: "2000000000",
  max_threads: 4,
  // What an order is found by is asked for once: neither does anybody come back for what was noted about it, nor is the
  // disk so slow that another thread should do the waiting.
  use_query_condition_cache: 0,
  local_filesystem_read_method: "pread",
  // An order is a few rows among millions: halving finds them in the index with fewer looks than cutting in eight does.
  merge_tree_coarse_index_granularity: 2,
  // A map as pairs: as an object it would lose the order and, with a name told twice, one of the two.
  output_format_json_map_as_array_of_tuples: 1,
  output_format_json_named_tuples_as_objects: 0,
} as const;

/** How long a silent server is waited for; a little longer than it may think about a question. */
const READ_TIMEOUT_MS = 35_000;
const COMMAND_TIMEOUT_MS = 120_000;
/** A block takes a second; the answer that got lost on its way never comes. What is sent again is stored once. */
const INSERT_TIMEOUT_MS = 30_000;
const PING_TIMEOUT_MS = 2_000;

/** Half of what a server takes in one field of a form: quotes and escapes come on top. */
const VALUE_BYTES_MAX = 65_536;

/** Where the store is. */
export interface StoreOptions {
  /** a server (`http://user:password@host:8123/database`), or null for the embedded engine */
  readonly url: string | null;
  /** made when it is missing; default: the one in the url, else `waybill` */
  readonly database?: string;
  /** of the embedded engine; a server does not touch it */
  readonly dataDir: string;
  /** questions that may run at the same time on the embedded engine; count ≥ 1, default 2 */
  readonly readers?: number;
}

/** ClickHouse, opened. Every method throws a retryable `Failure` when it does not answer; a wrong statement is a bug. */
export interface Store {
  readonly shape: "embedded" | "server";
  /** Rows as objects; 64-bit integers are decimal strings. The statement ends without FORMAT and semicolon. */
  readonly query: (sql: string, params?: Params) => Promise<unknown[]>;
  /** A statement without rows. */
  readonly command: (sql: string, params?: Params) => Promise<void>;
  /**
   * Blocks in ClickHouse's Native format, in pieces, one after the other; stored when it resolves. After a failure some
   * may be: send all again.
   */
  readonly insertNative: (table: string, pieces: Iterable<Uint8Array>) => Promise<void>;
  readonly ping: () => Promise<void>;
  /** Resolves once everything inserted so far would survive a power cut. */
  readonly persist: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the store and makes its database; the tables are migrate.ts's.
 *
 * @throws {Failure} `store_unavailable` when a server does not answer, `in_use` when another process has the folder
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return options.url === null ? openEmbedded(options) : openServer(options.url, options.database);
}

async function openEmbedded({ dataDir, database = "waybill", readers = 2 }: StoreOptions): Promise<Store> {
  const name = databaseNamed(database);
  const folder = await openFolder(dataDir);
  const syncer = new Syncer(folder.store);
  const engine = await openEngine(folder, readers).catch(async (error: unknown) => {
    await folder.close();
    throw error;
  });
  const close = async () => {
    syncer.close();
    await engine.close();
    await folder.close();
  };
  const prepare = async (client: ClickHouseClient, settings: Settings) => {
    await run(client, { query: `USE ${name}` });
    await run(client, {
      query: `SET ${Object.entries(settings).map(([key, value]) => `${key} = '${value}'`)}`,
    });
  };
  await orClose(close, async () => {
    await run(engine.writer, { query: `CREATE DATABASE IF NOT EXISTS ${name}` });
    await prepare(engine.writer, COMMON);
    for (const reader of engine.readers) await prepare(reader, READING);
  });
  const read = leastBusy(engine.readers);
  return {
    shape: "embedded",
    query: (sql, params = {}) => read((client) => rowsOf(client, { query: bind(sql, params) })),
    command: (sql, params = {}) => run(engine.writer, { query: bind(sql, params) }),
    insertNative: async (table, pieces) =>
      insertFile(engine.writer, tableNamed(table), { pieces, scratch: folder.scratch }),
    ping: () => read(ping),
    persist: () => syncer.sync(),
    close,
  };
}

async function openServer(url: string, wanted?: string): Promise<Store> {
  const address = addressOf(url);
  const database = databaseNamed(wanted ?? (address.pathname.slice(1) || "waybill"));
  address.pathname = "";
  const connect = (settings: Settings, timeoutMs: number, inside = database) =>
    createClient({
      url: address,
      database: inside,
      clickhouse_settings: settings,
      request_timeout: timeoutMs,
      // A long list of values does not fit an address line; the client then sends a form.
      use_multipart_params_auto: true,
      application: "waybill",
      log: { level: ClickHouseLogLevel.OFF },
    });
  const reader = connect(READING, READ_TIMEOUT_MS);
  const writer = connect(COMMON, COMMAND_TIMEOUT_MS);
  const inserter = connect(COMMON, INSERT_TIMEOUT_MS);
  // Every request names its database, so the one that makes it has to name another.
  const founder = connect(COMMON, READ_TIMEOUT_MS, "default");
  const close = async () => {
    for (const client of [reader, writer, inserter, founder]) await client.close();
  };
  await orClose(close, () => run(founder, { query: `CREATE DATABASE IF NOT EXISTS ${database}` }));
  const attendant = new Attendant(async () => {
    const answer = founder.ping({ select: false, abort_signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    return (await answer).success;
  });
  return {
    shape: "server",
    query: (sql, params = {}) =>
      attendant.attend((signal) => rowsOf(reader, { ...forServer(sql, params), signal })),
    command: (sql, params = {}) =>
      attendant.attend((signal) => run(writer, { ...forServer(sql, params), signal })),
    insertNative: (table, pieces) =>
      attendant.attend((signal) => insertBody(inserter, { table: tableNamed(table), pieces, signal })),
    ping: () => ping(reader),
    // Its tables sync each insert: durable.ts.
    persist: async () => undefined,
    close,
  };
}

/** A server binds values itself, but takes none of more than 128 KiB; a longer one is written into the statement. */
function forServer(sql: string, params: Params): Request {
  const isLong = Object.values(params).some((value) => Buffer.byteLength(String(value)) > VALUE_BYTES_MAX);
  return isLong ? { query: bind(sql, params) } : { query: sql, query_params: params };
}

type Settings = Readonly<Record<string, string | number>>;

async function orClose(close: () => Promise<void>, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
}

function addressOf(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address?.protocol === "http:" || address?.protocol === "https:") return address;
  throw new Failure(
    "config",
    "the ClickHouse address must look like http://user:password@host:8123/database",
  );
}

function databaseNamed(name: string): string {
  if (/^\w+$/.test(name)) return name;
  throw new Failure("config", `${name} cannot be the name of a database`);
}

function tableNamed(name: string): string {
  if (/^[a-z]\w*$/.test(name)) return name;
  throw new RangeError(`${name} is not a table`);
}

/** Gives each piece of work the client with the fewest running, so that a slow question delays nobody it need not. */
function leastBusy(clients: readonly ClickHouseClient[]) {
  const lanes = clients.map((client) => ({ client, running: 0 }));
  return async <T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> => {
    const lane = lanes.reduce((least, next) => (next.running < least.running ? next : least));
    lane.running++;
    try {
      return await work(lane.client);
    } finally {
      lane.running--;
    }
  };
}
