/**
 * Serve: puts the parts together into one running service, and takes them apart again in the right order.
 *
 *   config, definitions → store → journal → pipeline → receiver
 *                           └→ lookup, board → API and page
 *
 * Decides nothing: who is started with what, that is all. Roles leave parts out: `ingest` has no API beyond health,
 * `query` receives nothing.
 */

import { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { type Counters, createCounters } from "./collector/counters.ts";
import { listen } from "./collector/listen.ts";
import { createReceiver, type Receiver } from "./collector/receiver.ts";
import { decodeRequest } from "./collector/request.ts";
import type { Config } from "./config.ts";
import { Failure } from "./errors.ts";
import type { Definitions } from "./ingest/definitions.ts";
import { type Journal, openJournal } from "./ingest/journal.ts";
import { LetterBudget, sampleBodies } from "./ingest/letters.ts";
import { createLookup } from "./ingest/lookup.ts";
import { migrate } from "./ingest/migrate.ts";
import { openPipeline, type Pipeline } from "./ingest/pipeline.ts";
import { openStore, type Store } from "./ingest/store.ts";
import { storedIn } from "./ingest/stored.ts";
import { createApi } from "./query/api.ts";
import { renderAllMetrics } from "./query/metrics.ts";
import { openBoard } from "./slo/board.ts";

/** The one tenant until tokens name theirs. */
const TENANT = "default";

/** How long requests that are here may take to finish once the service stops; ms. */
const DRAIN_MS = 10_000;

/** Replayed deliveries are stored once this many hops wait, so that a long journal does not fill the memory. */
const REPLAY_HOPS_MAX = 50_000;

/** What a service is started with. */
export interface ServiceOptions {
  readonly config: Config;
  readonly definitions: Definitions;
  readonly log: Logger;
  /** epoch milliseconds */
  readonly now: () => number;
}

/** A running service. */
export interface Service {
  /** null when this role has no such door */
  readonly otlpPort: number | null;
  readonly apiPort: number | null;
  /** Resolves when everything acked so far is stored. */
  readonly flush: () => Promise<void>;
  /** Stops accepting, answers what is in flight, stores what waits, lets go of the folder. */
  readonly close: () => Promise<void>;
}

/**
 * Starts everything, or nothing: what was opened before a failure is closed again.
 *
 * @throws {Failure} `in_use` for a port or folder that another process has, `config`, `store_unavailable`
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let next = closers.pop(); next !== undefined; next = closers.pop()) await next();
  };
  try {
    return { ...(await start(options, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (closer: () => Promise<void>) => void;

async function start(options: ServiceOptions, onClose: OnClose): Promise<Omit<Service, "close">> {
  const { config } = options;
  if (config.role === "query" && config.clickhouse === null) {
    throw new Failure(
      "config",
      "WAYBILL_ROLE=query needs WAYBILL_CLICKHOUSE_URL: the embedded store is in the process that receives.",
    );
  }
  const store = await openStore(storeOptions(config));
  onClose(store.close);
  await migrate(store);
  const intake = config.role === "query" ? null : await openIntake(options, store, onClose);
  const api = config.role === "ingest" ? null : await openApi(options, { store, intake }, onClose);
  if (intake !== null) await replay(options, intake);
  const otlpPort = intake === null ? null : await openDoor(config, intake.receiver, onClose);
  return { otlpPort, apiPort: api, flush: async () => intake?.pipeline.flush() };
}

/** Where the configured store is. */
export function storeOptions({ clickhouse, dataDir }: Config) {
  if (clickhouse === null) return { url: null, dataDir };
  const url = new URL(clickhouse.url);
  url.username = clickhouse.username;
  url.password = clickhouse.password;
  return { url: url.href, dataDir, ...(clickhouse.database === "" ? {} : { database: clickhouse.database }) };
}

interface Intake {
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly receiver: Receiver;
  readonly counters: Counters;
  readonly letters: LetterBudget;
}

async function openIntake(options: ServiceOptions, store: Store, onClose: OnClose): Promise<Intake> {
  const { config, definitions, log, now } = options;
  const journal = await openJournal({ dataDir: config.dataDir, bytesMax: config.journalBytesMax });
  onClose(journal.close);
  const letters = new LetterBudget();
  const pipeline = openPipeline({ store, journal, definitions, now, log, letters });
  onClose(pipeline.close);
  const counters = createCounters();
  const receiver = createReceiver({
    accept: pipeline.accept,
    token: config.token,
    limits: { bodyBytesMax: config.bodyBytesMax },
    now,
    log,
    counters,
    tenant: TENANT,
    unreadable: sampleBodies({ store, budget: letters }, (error) =>
      log.warn({ err: error }, "A body that could not be read could not be kept either."),
    ),
  });
  return { journal, pipeline, receiver, counters, letters };
}

async function openDoor({ host, otlpPort }: Config, receiver: Receiver, onClose: OnClose): Promise<number> {
  const port = await listen(receiver.server, { host, port: otlpPort, setting: "WAYBILL_OTLP_PORT" });
  onClose(() => receiver.drain(DRAIN_MS));
  return port;
}

/** What was acked before the last stop and is not stored yet. The receiver opens afterwards. */
async function replay({ config, log }: ServiceOptions, { journal, pipeline }: Intake): Promise<void> {
  let deliveries = 0;
  for await (const { envelope, body, position } of journal.replay()) {
    const decoded = await decodeRequest(envelope, body, { bodyBytesMax: config.bodyBytesMax });
    pipeline.recover({ envelope, body, decoded }, position);
    deliveries += 1;
    if (pipeline.stats.waiting > REPLAY_HOPS_MAX) await pipeline.flush();
    if (deliveries % 1000 === 0) log.info({ deliveries }, "Replaying the journal.");
  }
  if (deliveries > 0) log.info({ deliveries }, "Replayed the journal.");
}

interface Behind {
  readonly store: Store;
  readonly intake: Intake | null;
}

async function openApi(
  options: ServiceOptions,
  { store, intake }: Behind,
  onClose: OnClose,
): Promise<number> {
  const { config, definitions, log, now } = options;
  const board = openBoard({ store, definitions: definitions.journeys, tenant: TENANT });
  const stored = storedIn(store, { placesMax: 10_000, hopsMax: 200_000 });
  const { source, kindsOf } = intake === null ? { source: stored, kindsOf: stored.kindsOf } : intake.pipeline;
  const api = createApi({
    lookup: createLookup({ source, definitions, kindsOf }),
    store,
    board,
    definitions,
    tenant: TENANT,
    token: config.token,
    now,
    intake: { source, accept: intake?.pipeline.accept ?? null, bodyBytesMax: config.bodyBytesMax },
    report: (error) => log.error({ err: error }, "A question could not be answered."),
    ready: async () => readinessOf(store),
    metrics: () =>
      renderAllMetrics({
        counters: intake?.counters ?? null,
        pipeline: intake?.pipeline.stats ?? null,
        journal: intake?.journal.state ?? null,
        board,
        now,
      }),
  });
  const server = createAdaptorServer({ fetch: api.fetch });
  if (!(server instanceof Server)) throw new RangeError("the API is served over HTTP/1.1");
  const port = await listen(server, { host: config.host, port: config.apiPort, setting: "WAYBILL_API_PORT" });
  onClose(async () => {
    server.closeIdleConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()).closeIdleConnections());
  });
  return port;
}

async function readinessOf(store: Store): Promise<{ readonly store: string | null }> {
  try {
    await store.ping();
    return { store: null };
  } catch (error) {
    return { store: error instanceof Failure ? error.message : "The store did not answer." };
  }
}
