/**
 * Serve: puts the parts together into one running service, and takes them apart again in the right order.
 *
 *   config, definitions → store → journal → pipeline → backlog → receiver
 *                           └→ port: API and page, or health alone
 *
 * Decides nothing: who is started with what, that is all. Roles leave parts out: `ingest` has no API beyond health,
 * `query` receives nothing.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { type Counters, createCounters } from "./collector/counters.ts";
import type { TimeBounds } from "./collector/decoder/columns.ts";
import { listen } from "./collector/listen.ts";
import { heldBytes } from "./collector/memory.ts";
import { openTracing } from "./collector/open_traces.ts";
import { createReceiver, type Receiver } from "./collector/receiver.ts";
import { NO_TELEMETRY, type Telemetry } from "./collector/telemetry.ts";
import type { Tracing } from "./collector/tracing.ts";
import { type Config, portsOf, storeOptions } from "./config.ts";
import { Backlog } from "./ingest/backlog.ts";
import { checking } from "./ingest/damaged.ts";
import type { Definitions } from "./ingest/definitions.ts";
import { makeDurable } from "./ingest/durable.ts";
import { keepHouse } from "./ingest/housekeeping.ts";
import { type Journal, openJournal } from "./ingest/journal.ts";
import { LetterBudget, sampleBodies } from "./ingest/letters.ts";
import { migrate } from "./ingest/migrate.ts";
import { openPatiently } from "./ingest/patient.ts";
import { openPipeline, type Pipeline } from "./ingest/pipeline.ts";
import { openStore, type Store } from "./ingest/store.ts";
import { announcing, Writers } from "./ingest/writers.ts";
import { openPort } from "./query/port.ts";

/** The one tenant until tokens name theirs. */
const TENANT = "default";

/** Of the files that this process may open, what senders may take; the store needs most of the rest. */
const SHARE_OF_SENDERS = 0.3;

/** How long requests that are here may take to finish once the service stops; ms. */
const DRAIN_MS = 8_000;

/** How long the store may take for what waits, before the journal keeps it for the next start; ms. */
const STORE_MS = 10_000;

/** More than any limit on a body can be set to; bytes. */
const BODY_BYTES_EVER = 2 ** 30;

/** How long the last of our own spans may take to leave; ms. */
const SPANS_MS = 3_000;

const DAY_MS = 86_400_000;

/** What a service is started with. */
export interface ServiceOptions {
  readonly config: Config;
  readonly definitions: Definitions;
  readonly log: Logger;
  /** epoch milliseconds */
  readonly now: () => number;
  /** where our own spans go. @default nowhere */
  readonly telemetry?: Telemetry;
  /** the value of an environment variable that waybill.yaml names. @default none is set */
  readonly secret?: (name: string) => string | undefined;
}

/** A running service. */
export interface Service {
  /** null when this role has no such door */
  readonly otlpPort: number | null;
  /** for health alone when this role answers no questions */
  readonly apiPort: number;
  /** Resolves when everything acked so far is stored. */
  readonly flush: () => Promise<void>;
  /** Stops accepting, answers what is in flight, stores what waits, lets go of the folder. */
  readonly close: () => Promise<void>;
}

/**
 * Starts everything, or nothing: what was opened before a failure is closed again.
 *
 * A store that does not answer is waited for beside everything else.
 *
 * @throws {Failure} `in_use` for a port or folder that another process has, `config`
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
  const { config, log, telemetry = NO_TELEMETRY } = options;
  const { tracing, close } = await openTracing({
    telemetry,
    ports: portsOf(config),
    warn: (text) => log.warn(text),
  });
  onClose(() => inTime(close(), SPANS_MS));
  const opened = await openPatiently({
    shape: config.clickhouse === null ? "embedded" : "server",
    open: async () =>
      checking(await openStore(storeOptions(config)), { folder: join(config.dataDir, "store") }),
    prepare: async (store) => {
      await migrate(store);
      await makeDurable(store);
    },
    failed: (err, againMs) => log.warn({ err, againMs }, "The store is not there yet; trying again."),
  });
  onClose(opened.close);
  const intake =
    config.role === "query" ? null : await openIntake(options, { store: opened, tracing }, onClose);
  // Refolding writes too.
  const writers = () => new Writers({ store: opened, folderId: null, now: options.now });
  const store = intake?.store ?? announcing(opened, writers());
  const times = timesOf(options.definitions);
  let isStopping = false;
  const behind = { store, tracing, intake, tenant: TENANT, times, isStopping: () => isStopping };
  const apiPort = await openPort({ ...options, ...behind }, onClose);
  const otlpPort = intake === null ? null : await openDoor(config, intake.receiver, onClose);
  onClose(async () => {
    isStopping = true;
  });
  intake?.backlog.start().catch((err: unknown) => log.error({ err }, "A bug in replaying the journal."));
  return { otlpPort, apiPort, flush: async () => intake?.pipeline.flush() };
}

interface Intake {
  /** that others are told of before it is written to */
  readonly store: Store;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly backlog: Backlog;
  readonly receiver: Receiver;
  readonly counters: Counters;
  readonly letters: LetterBudget;
}

async function openIntake(
  options: ServiceOptions,
  { store: opened, tracing }: { readonly store: Store; readonly tracing: Tracing },
  onClose: OnClose,
): Promise<Intake> {
  const { config, definitions, log, now } = options;
  const journal = await openJournal({
    dataDir: config.dataDir,
    bytesMax: config.journalBytesMax,
    beforeRemoval: opened.persist,
    // Fewer segments than seconds have begun in any journal so far.
    unusedSegment: Math.floor(now() / 1000),
  });
  onClose(journal.close);
  const letters = new LetterBudget();
  const writers = new Writers({ store: opened, folderId: journal.folderId, now });
  const store = announcing(opened, writers);
  const pipeline = openPipeline({ store, journal, definitions, now, log, letters, tracing, writers });
  onClose(() => inTime(pipeline.close(), STORE_MS));
  const times = timesOf(definitions);
  // What was acked was within the limits of its day, which may have been wider.
  const backlog = new Backlog({ journal, pipeline, log, limits: { bodyBytesMax: BODY_BYTES_EVER, times } });
  onClose(() => backlog.close());
  const leave = keepHouse({ store, retention: definitions.retention, now, log });
  onClose(() => inTime(leave(), STORE_MS));
  const counters = createCounters();
  const receiver = createReceiver({
    accept: backlog.accept,
    trouble: journal.trouble,
    token: config.token,
    corsOrigins: config.corsOrigins,
    limits: { bodyBytesMax: config.bodyBytesMax, heldBytesMax: heldBytes(config.bodyBytesMax), times },
    now,
    log,
    counters,
    tenant: TENANT,
    tracing,
    unreadable: sampleBodies({ store, budget: letters }, (error) =>
      log.warn({ err: error }, "A body that could not be read could not be kept either."),
    ),
  });
  return { store, journal, pipeline, backlog, receiver, counters, letters };
}

/** A hop that is past its retention on arrival would make a partition only to be dropped with it. */
function timesOf({ retention, limits }: Definitions): TimeBounds {
  return { pastMs: retention.hopsDays * DAY_MS, aheadMs: limits.aheadMs };
}

/** Waits for work, but not for ever: what is not stored by then is in the journal. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

async function openDoor({ host, otlpPort }: Config, receiver: Receiver, onClose: OnClose): Promise<number> {
  const at = { host, port: otlpPort, setting: "WAYBILL_OTLP_PORT", share: SHARE_OF_SENDERS };
  const port = await listen(receiver.server, at);
  onClose(() => receiver.drain(DRAIN_MS));
  return port;
}
