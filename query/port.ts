/**
 * Port: the API's port of one process, from its parts to an open door.
 *
 *   store, intake, definitions → [port] → API, objectives → people, Prometheus, probes
 *
 * Decides nothing that is answered: api.ts puts the answers together. A process that only takes data in keeps no
 * objectives and answers no questions: it says how it fares.
 */
import type { Logger } from "pino";
import type { TimeBounds } from "../collector/decoder/columns.ts";
import { listen } from "../collector/listen.ts";
import type { Tracing } from "../collector/tracing.ts";
import type { Config } from "../config.ts";
import type { Backlog } from "../ingest/backlog.ts";
import type { Definitions } from "../ingest/definitions.ts";
import type { Journal } from "../ingest/journal.ts";
import type { Landed } from "../ingest/landing/landed.ts";
import type { LetterBudget } from "../ingest/letters.ts";
import { createLookup } from "../ingest/lookup.ts";
import type { Pipeline } from "../ingest/pipeline.ts";
import type { Store } from "../ingest/store.ts";
import { storedIn } from "../ingest/stored.ts";
import { type Objectives, openObjectives } from "../slo/objectives.ts";
import { type ApiDeps, createApi, createHealthApi, type HealthApiDeps } from "./api.ts";
import { renderAllMetrics } from "./metrics.ts";
import { renderProcessMetrics } from "./process_metrics.ts";
import { readinessOf } from "./readiness.ts";
import { createApiServer } from "./server.ts";
import { renderStoreMetrics } from "./store_metrics.ts";

/** Of the files that this process may open, what readers may take; the store needs most of the rest. */
const SHARE_OF_READERS = 0.1;

/** How long answers that are on their way may take once the service stops; ms. */
const ANSWER_MS = 4_000;

/** How hops come in, in a process that takes any. */
export interface PortIntake {
  readonly journal: Pick<Journal, "state" | "trouble">;
  readonly landed: Pick<Landed, "counters">;
  readonly pipeline: Pipeline;
  readonly backlog: Backlog;
  readonly letters: LetterBudget;
}

/** What is behind the port. */
export interface PortOptions {
  readonly config: Config;
  readonly definitions: Definitions;
  readonly log: Logger;
  /** epoch milliseconds */
  readonly now: () => number;
  /** whose data this is */
  readonly tenant: string;
  /** what times a hop may have */
  readonly times: TimeBounds;
  /** the value of an environment variable that waybill.yaml names. @default none is set */
  readonly secret?: ((name: string) => string | undefined) | undefined;
  readonly store: Store;
  readonly tracing: Tracing;
  /** null when this process takes nothing in */
  readonly intake: PortIntake | null;
  /** whether the service goes down */
  readonly isStopping: () => boolean;
}

/**
 * Opens it; what has to be closed again is handed to `onClose`, the last first.
 *
 * @returns          the port
 * @throws {Failure} `in_use`, `config`
 */
export async function openPort(
  options: PortOptions,
  onClose: (closer: () => Promise<void>) => void,
): Promise<number> {
  const { config, intake } = options;
  const objectives = config.role === "ingest" ? null : objectivesOf(options);
  const health = healthOf(options, objectives);
  const api =
    objectives === null ? createHealthApi(health) : createApi({ ...health, ...depsOf(options, objectives) });
  const { server, drain } = createApiServer(api.fetch);
  const at = {
    host: config.host,
    port: config.apiPort,
    setting: "WAYBILL_API_PORT",
    share: SHARE_OF_READERS,
  };
  const port = await listen(server, at);
  onClose(() => drain(ANSWER_MS));
  if (objectives === null) return port;
  // Nothing is stored before the names in the store are known; counting all journeys beside would take half the machine.
  void (intake?.pipeline.ready() ?? Promise.resolve()).then(() => objectives.evaluator.start());
  onClose(() => objectives.evaluator.close());
  return port;
}

function objectivesOf({ config: { publicUrl }, secret = () => undefined, ...rest }: PortOptions): Objectives {
  const { store, definitions, tenant, now, log } = rest;
  return openObjectives({ store, definitions, tenant, publicUrl, secret, now, log });
}

function depsOf(options: PortOptions, objectives: Objectives): Omit<ApiDeps, keyof HealthApiDeps> {
  const { config, definitions, store, tenant, intake, now } = options;
  const { board, watch } = objectives;
  const stored = storedIn(store, { placesMax: 10_000, hopsMax: 200_000 });
  const { source, kindsOf } = intake === null ? { source: stored, kindsOf: stored.kindsOf } : intake.pipeline;
  return {
    lookup: createLookup({ source, definitions, kindsOf }),
    store,
    board,
    watch,
    definitions,
    tenant,
    now,
    intake: {
      learn: intake?.pipeline.learn ?? (() => undefined),
      source,
      accept: intake?.backlog.accept ?? null,
      limits: { bodyBytesMax: config.bodyBytesMax, times: options.times },
    },
  };
}

function healthOf(options: PortOptions, objectives: Objectives | null): HealthApiDeps {
  const { config, store, intake, tracing, log, now } = options;
  const startedMs = now();
  return {
    token: config.token,
    tracing,
    report: (error) => log.error({ err: error }, "A question could not be answered."),
    ready: () => readinessOf({ store, intake, isStopping: options.isStopping() }),
    metrics: async () => {
      const own = await renderAllMetrics({
        ...(await intakeMetrics(intake, config)),
        objectives,
        startedMs,
        now,
      });
      return [own, await renderStoreMetrics(store), await renderProcessMetrics()].join("\n");
    },
  };
}

/** What a process that takes nothing in does not have. */
async function intakeMetrics(intake: PortIntake | null, { journalBytesMax }: Config) {
  if (intake === null) return { counters: null, pipeline: null, letters: null, journal: null, backlog: null };
  const { landed, pipeline, letters, journal, backlog } = intake;
  // The rest is looked at after that: it has all that is counted.
  const counters = await landed.counters();
  return {
    counters,
    pipeline: { ...pipeline.stats, ...pipeline.settling() },
    letters,
    journal: { ...journal.state(), bytesMax: journalBytesMax },
    backlog: backlog.state(),
  };
}
