/**
 * Objectives: everything that keeps them, put together for one process.
 *
 *   store, definitions → board → watch → [objectives] → API, evaluator
 *
 * Decides nothing. The evaluator is not started: who serves says when.
 */
import type { Definitions } from "../ingest/definitions.ts";
import type { Store } from "../ingest/store.ts";
import { openBoard, type SloBoard } from "./board.ts";
import { Evaluator } from "./evaluator.ts";
import { Lease } from "./lease.ts";
import { decidedIn, Memory } from "./memory.ts";
import { Notifier, type NotifierOptions } from "./notify.ts";
import { Watch } from "./watch.ts";

/** What the objectives of a process need. */
export interface ObjectivesOptions extends Pick<NotifierOptions, "secret" | "now" | "log"> {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** goes before what waybill.yaml says; null: nobody said */
  readonly publicUrl: string | null;
  /** between taking the lease and being sure of it. @default 2 s; ms */
  readonly pauseMs?: number;
}

/** The parts. */
export interface Objectives {
  readonly board: SloBoard;
  readonly watch: Watch;
  readonly notifier: Notifier;
  readonly evaluator: Evaluator;
}

/** Puts them together. @throws {Failure} `config` when a secret that waybill.yaml names is not set */
export function openObjectives(options: ObjectivesOptions): Objectives {
  const { store, definitions, tenant, secret, now, log } = options;
  const sources = { store, definitions: definitions.journeys, tenant };
  const memory = new Memory(store, tenant);
  const board = openBoard({ ...sources, remember: async () => decidedIn(await memory.load()) });
  const watch = new Watch({ definitions: definitions.journeys, board, memory });
  const { notify } = definitions;
  const publicUrl = options.publicUrl ?? notify.publicUrl;
  const notifier = new Notifier({ notify, secret, publicUrl, board, watch, now, log });
  const lease = new Lease({ store, tenant, pauseMs: options.pauseMs });
  return { board, watch, notifier, evaluator: new Evaluator({ board, watch, notifier, lease, now, log }) };
}
