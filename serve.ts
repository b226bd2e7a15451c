/**
 * Serve: puts the parts together into one running service, and takes them apart again in the right order.
 *
 *   config, definitions → store → landing (receiver, journal) → pipeline → backlog
 *                           └→ port: API and page, or health alone
 *
 * Decides nothing: who is started with what, that is all. Roles leave parts out: `ingest` has no API beyond health,
 * `query` receives nothing.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import type { Logger } from "pino";
import type { TimeBounds } from "./collector/decoder/columns.ts";
import { openTracing } from "./collector/open_traces.ts";
import { NO_TELEMETRY, type Telemetry } from "./collector/telemetry.ts";
import type { Tracing } from "./collector/tracing.ts";
import { type Config, portsOf, storeOptions } from "./config.ts";
import { Backlog } from "./ingest/backlog.ts";
import { checking } from "./ingest/damaged.ts";
import type { Definitions } from "./ingest/definitions.ts";
import { makeDurable } from "./ingest/durable.ts";
import { type Folder, openFolder } from "./ingest/folder.ts";
import { keepHouse } from "./ingest/housekeeping.ts";
import { Landed, type LandedJournal, type LandingEnd } from "./ingest/landing/landed.ts";
import { startLanding } from "./ingest/landing/landing.ts";
import { Room } from "./ingest/landing/room.ts";
import type { LandingStart } from "./ingest/landing/words.ts";
import { LetterBudget, storeLetters } from "./ingest/letters.ts";
import { migrate } from "./ingest/migrate.ts";
import { standBack } from "./ingest/nice.ts";
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
  /** where deliveries come in. @default in this thread */
  readonly land?: OpenLanding;
}

/** Starts whoever takes deliveries in. */
export type OpenLanding = (
  start: LandingStart,
  world: { readonly now: () => number; readonly tracing: Tracing },
) => LandingEnd;

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
      await standBack();
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
  const otlpPort = intake === null ? null : await openDoor(config, intake, onClose);
  onClose(async () => {
    isStopping = true;
  });
  intake?.backlog.start().catch((err: unknown) => log.error({ err }, "A bug in replaying the journal."));
  return { otlpPort, apiPort, flush: async () => intake?.pipeline.flush() };
}

interface Intake {
  /** that others are told of before it is written to */
  readonly store: Store;
  readonly landed: Landed;
  readonly journal: LandedJournal;
  readonly pipeline: Pipeline;
  readonly backlog: Backlog;
  readonly letters: LetterBudget;
}

async function openIntake(
  options: ServiceOptions,
  { store: opened, tracing }: { readonly store: Store; readonly tracing: Tracing },
  onClose: OnClose,
): Promise<Intake> {
  const { config, definitions, log, now, land = landHere } = options;
  const folder = await openFolder(config.dataDir);
  onClose(folder.close);
  const letters = new LetterBudget();
  const writers = new Writers({ store: opened, folderId: folder.id, now });
  const store = announcing(opened, writers);
  const room = new Room();
  const start = landingStart(options, { folder, room });
  const landed = await Landed.open(land(start, { now, tracing }), start, {
    room,
    log,
    beforeRemoval: opened.persist,
    cameBack: tracing.cameBack,
    unreadable: (letter) => {
      storeLetters({ store, budget: letters }, [letter], letter.envelope.receivedMs).catch((err: unknown) =>
        log.warn({ err }, "A body that could not be read could not be kept either."),
      );
    },
  });
  const { journal, takeAll } = landed;
  onClose(journal.close);
  const behind = { store, journal, takeAll, definitions, letters, tracing, writers };
  const pipeline = openPipeline({ ...behind, now, log });
  onClose(() => inTime(pipeline.close(), STORE_MS));
  const backlog = new Backlog({ journal, pipeline, log, room });
  onClose(() => backlog.close());
  const leave = keepHouse({ store, retention: definitions.retention, now, log });
  onClose(() => inTime(leave(), STORE_MS));
  return { store, landed, journal, pipeline, backlog, letters };
}

function landingStart(
  { config, definitions, now }: ServiceOptions,
  { folder, room }: { readonly folder: Folder; readonly room: Room },
): LandingStart {
  const { token, corsOrigins, bodyBytesMax, journalBytesMax } = config;
  const { path, id, journal } = folder;
  return {
    folder: { path, id, journal },
    tenant: TENANT,
    token,
    corsOrigins,
    bodyBytesMax,
    journalBytesMax,
    times: timesOf(definitions),
    // Fewer segments than seconds have begun in any journal so far.
    unusedSegment: Math.floor(now() / 1000),
    room: room.shared,
  };
}

const landHere: OpenLanding = (start, { now, tracing }) => {
  const { port1, port2 } = new MessageChannel();
  const openTracing = async () => ({ tracing, close: async () => undefined });
  startLanding(port2, start, { now, openTracing });
  return { port: port1, gone: async () => undefined };
};

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

async function openDoor(config: Config, { landed, backlog }: Intake, onClose: OnClose): Promise<number> {
  const { host, otlpPort } = config;
  const at = { host, port: otlpPort, setting: "WAYBILL_OTLP_PORT", share: SHARE_OF_SENDERS };
  const port = await landed.listen(at, backlog.landed);
  onClose(() => landed.drain(DRAIN_MS));
  return port;
}
