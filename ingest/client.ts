/**
 * Client: one ClickHouse client, asked our way, its errors sorted.
 *
 * An outage (no connection, a timeout, a full disk, too many parts) becomes a retryable `Failure`; a statement that
 * is wrong stays the error it is, loud, because no retry mends it. Same code for the embedded engine and a server.
 */
import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { Failure } from "../errors.ts";
import type { Params } from "./bind.ts";
import { breather } from "./pace.ts";
import { PAGE_BYTES, pagesOf } from "./pages.ts";

/** A statement and, on a server, the values of its holes. */
export interface Request {
  readonly query: string;
  readonly query_params?: Params;
  /** gives it up */
  readonly signal?: AbortSignal;
}

/** Blocks for a table. */
export interface Insert {
  readonly table: string;
  readonly pieces: Iterable<Uint8Array>;
  /** gives it up; some of it may be stored then */
  readonly signal?: AbortSignal;
}

/** The rows of a question, as objects. */
export async function rowsOf(client: ClickHouseClient, request: Request): Promise<unknown[]> {
  return sorted(async () => {
    const answer = await client.query({ ...plain(request), format: "JSONEachRow" });
    checkSpeaker(answer.response_headers);
    const rows: unknown[] = [];
    const breathe = breather();
    // The client's own way reads all that came at once in one go, and a hundred thousand rows hold up everybody.
    for await (const some of answer.stream())
      for (const row of some) {
        rows.push(row.json());
        await breathe();
      }
    return rows;
  });
}

/** Runs a statement that has no rows. */
export async function run(client: ClickHouseClient, request: Request): Promise<void> {
  await sorted(async () => checkSpeaker((await client.command(plain(request))).response_headers));
}

/** Sends blocks as the body of one request; only for a server, which reads them as data and nothing else. */
export async function insertBody(client: ClickHouseClient, { table, pieces, signal }: Insert): Promise<void> {
  const pages = pagesOf(pieces, () => new Uint8Array(PAGE_BYTES));
  const values = Readable.from(withBreaks(pages), { objectMode: false });
  await sorted(async () => {
    const { stream, response_headers } = await client.exec({
      query: `INSERT INTO ${table} FORMAT Native`,
      values,
      ...abortedBy(signal),
    });
    checkSpeaker(response_headers);
    for await (const _ of stream);
  });
}

/** What the network takes at once is not made at once: of a large block that is half a second's work. */
async function* withBreaks(pages: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const breathe = breather();
  for (const page of pages) {
    yield page;
    await breathe();
  }
}

/** Resolves when ClickHouse answers. */
export async function ping(client: ClickHouseClient): Promise<void> {
  const answer = await client.ping();
  if (!answer.success) throw asFailure(answer.error);
}

/**
 * A gateway that says 200 for a server which never heard of it must not be believed: what it "stored" would be gone.
 * The embedded engine has no headers, and nobody in front of it.
 */
function checkSpeaker(headers: Readonly<Record<string, unknown>>): void {
  if (Object.keys(headers).length > 0 && !("x-clickhouse-query-id" in headers))
    throw new Failure("store_unavailable", "Something else answers in ClickHouse's place.");
}

async function sorted<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asFailure(error);
  }
}

function plain({ query, query_params, signal }: Request) {
  const asked = { query, ...abortedBy(signal) };
  return query_params === undefined ? asked : { ...asked, query_params: { ...query_params } };
}

function abortedBy(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abort_signal: signal };
}

/** ClickHouse's own codes for "not now": the same statement may succeed later. */
const OUTAGES = new Map([
  ["60", "has lost a table"],
  ["74", "cannot read from its disk"],
  ["75", "cannot write to its disk"],
  ["76", "cannot open a file"],
  ["81", "has lost its database"],
  ["159", "took too long"],
  ["164", "lets this user only read"],
  ["198", "cannot find a host"],
  ["202", "has too many queries"],
  ["203", "has no free connection"],
  ["209", "lost a connection"],
  ["210", "lost a connection"],
  ["225", "has no coordination service"],
  ["236", "is shutting down"],
  ["241", "is out of memory"],
  ["242", "is read-only for now"],
  ["243", "is out of disk"],
  ["252", "merges too slowly"],
  ["279", "cannot reach its replicas"],
  ["285", "has too few replicas"],
  ["319", "does not know whether the insert is stored"],
  ["394", "cancelled the query"],
  ["425", "got an error from its system"],
  ["497", "gives this user too few rights"],
  ["999", "has no coordination service"],
]);

/** Refused users: 192, 193, 194 and 516. */
const REFUSALS = new Set(["192", "193", "194", "516"]);

function asFailure(error: unknown): unknown {
  if (error instanceof Failure || error instanceof TypeError || error instanceof RangeError) return error;
  // By shape, not by class: the embedded driver throws its own copy of ClickHouseError.
  const code = error instanceof Error && "type" in error && "code" in error ? String(error.code) : null;
  if (code === null) return new Failure("store_unavailable", "", error);
  // An outage to those who wait: a password is put right over there as often as here, and nothing is lost meanwhile.
  if (REFUSALS.has(code))
    return new Failure("store_unavailable", "ClickHouse refuses the user or password.", error);
  const outage = OUTAGES.get(code);
  return outage === undefined ? error : new Failure("store_unavailable", `ClickHouse ${outage}.`, error);
}
