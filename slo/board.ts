/**
 * Board: all objectives of a configuration, as they stand.
 *
 *   definitions, journeys → ledger → evaluate → [board] → API, terminal, metrics, incidents
 *
 * Owns what one evaluation hands to the next: the tiers that fire, and the last board for when the store does not
 * answer. Every minute is evaluated in its turn, also those in which nobody looked, so that it does not matter who
 * looks when; after a clock that was far ahead all is evaluated as of now. Asks the store at most once in five seconds,
 * however many ask the board.
 */
import { Failure } from "../errors.ts";
import type { Definition } from "../ingest/definitions.ts";
import type { Store } from "../ingest/store.ts";
import { nearest } from "../nearest.ts";
import { burntByStep, burntByTag } from "./burnt.ts";
import type { Span } from "./calendar.ts";
import {
  type Decided,
  decideTiers,
  evaluate,
  idOf,
  look,
  type Promised,
  renderTime,
  type Seen,
} from "./evaluate.ts";
import { Ledger, type LedgerState } from "./ledger.ts";
import { Percentiles } from "./percentiles.ts";
import { seriesOf } from "./series.ts";
import { decidedBy } from "./setback.ts";
import type { SloDetail, SloItem } from "./view.ts";
import { nextWatermark, periodAt, watermarkAt } from "./windows.ts";

const REUSE_MS = 5_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A board older than this, or so far ahead of the clock, says so; ms. */
const STALE_MS = 300_000;

/** Minutes that nobody looked at are made up for, at most so many; beyond that what fired before is taken as it was. */
const MADE_UP_MAX = 360;

/** Every objective at one watermark. */
export interface Board {
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  readonly slos: readonly SloItem[];
  /** one per definition, with objectives or without */
  readonly journeys: readonly {
    readonly definition: string;
    readonly owner: string;
    readonly inFlight: number;
  }[];
  /** per objective, what the next evaluation has to know of this one */
  readonly decided: ReadonlyMap<string, Decided>;
  readonly ledger: LedgerState;
}

/** What a board is made from. */
export interface BoardSources {
  readonly store: Store;
  readonly definitions: readonly Definition[];
  readonly tenant: string;
  /** what was decided before this process. @default nothing */
  readonly remember?: () => Promise<Remembered | null>;
  /** rows that one statement may count. @default 250,000 */
  readonly rowsMax?: number;
}

/** What was decided at an earlier watermark, by another process or before a restart. */
export interface Remembered {
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  readonly decided: ReadonlyMap<string, Decided>;
}

/** An opened board. Throws a retryable `Failure` while the store has never answered. */
export interface SloBoard {
  /** The same board for a few seconds, unless it has to be a fresh one. */
  readonly read: (nowMs: number, how?: Reading) => Promise<Board>;
  /** The last one, however old; null before the first. */
  readonly latest: () => Board | null;
  /**
   * One objective with what spent its budget, over its window or the part of it that is asked for.
   *
   * @throws {Failure} `not_found` for an id that is not configured
   */
  readonly explain: (id: string, nowMs: number, over?: Span) => Promise<SloDetail>;
  /** What was counted, for charts and for proof. @throws {Failure} as `explain` */
  readonly counted: (id: string, nowMs: number, how?: Reading) => Promise<Counted>;
  /** Asks the store nothing more by itself. */
  readonly close: () => Promise<void>;
}

/** How a board is looked at. */
export interface Reading {
  /** what was stored a moment ago has to be in it */
  readonly fresh: boolean;
}

/** The minutes of one objective. */
export interface Counted {
  readonly promised: Promised;
  readonly count: Seen["count"];
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  /** those that are not empty, in order */
  readonly minutes: (span: Span) => Iterable<{ minute: number; good: number; bad: number }>;
}

/** Opens the board of a configuration; nothing is asked yet. */
export function openBoard(sources: BoardSources): SloBoard {
  const ledger = new Ledger(sources);
  const percentiles = new Percentiles(sources.store, sources.tenant);
  const promises = promisesOf(sources.definitions);
  let latest: Board | null = null;
  let asking: { readonly atMs: number; readonly board: Promise<Board> } | null = null;

  const ask = async (nowMs: number): Promise<Board> => {
    const watermarkMs = nextWatermark(latest?.watermarkMs ?? 0, nowMs);
    try {
      await ledger.look(watermarkMs);
      await percentiles.look(promises, watermarkMs);
      const before = latest ?? (await sources.remember?.()) ?? null;
      latest = evaluateAll({ sources, ledger, percentiles }, watermarkMs, before);
      return latest;
    } catch (error) {
      if (latest === null || !(error instanceof Failure && error.retryable)) throw error;
      return restate(latest, nowMs);
    }
  };
  const read = (nowMs: number, how?: Reading): Promise<Board> => {
    if (how?.fresh || asking === null || Math.abs(nowMs - asking.atMs) >= REUSE_MS)
      asking = { atMs: nowMs, board: ask(nowMs) };
    return asking.board;
  };
  const find = (id: string): Promised => {
    const promised = promises.find((candidate) => idOf(candidate) === id);
    if (promised === undefined) throw new Failure("not_found", hintFor(id, promises.map(idOf)));
    return promised;
  };
  const explain = async (id: string, nowMs: number, over?: Span): Promise<SloDetail> => {
    const { definition, objective } = find(id);
    const { slos, watermarkMs } = await read(nowMs);
    const slo = slos.find((candidate) => candidate.id === id);
    if (slo === undefined) throw new Failure("not_found");
    const span = over ?? periodAt(objective.window, watermarkMs);
    return explained(slo, sources, { definition, objective, over: span });
  };
  const counted = async (id: string, nowMs: number, how?: Reading): Promise<Counted> => {
    const promised = find(id);
    const { watermarkMs } = await read(nowMs, how);
    const account = accountOf(ledger, promised);
    return {
      promised,
      watermarkMs,
      count: ({ fromMs, toMs }) => account.cells.tally(fromMs, toMs),
      minutes: ({ fromMs, toMs }) => account.cells.minutes(fromMs, Math.min(toMs, watermarkMs)),
    };
  };
  return { read, latest: () => latest, explain, counted, close: () => percentiles.close() };
}

/** What may have been meant by an objective that nobody knows. */
function hintFor(id: string, known: readonly string[]): string {
  const meant = nearest(id, known);
  return meant === undefined
    ? "Objectives are called definition.objective; /v1/slos lists them."
    : `Did you mean "${meant}"?`;
}

function accountOf(ledger: Ledger, promised: Promised) {
  const id = idOf(promised);
  const account = ledger.book(promised.definition.name).accounts.find((one) => one.id === id);
  if (account === undefined) throw new RangeError(`${id} was not counted`);
  return account;
}

interface Counting {
  readonly sources: BoardSources;
  readonly ledger: Ledger;
  readonly percentiles: Percentiles;
}

function evaluateAll(counting: Counting, watermarkMs: number, before: Remembered | null): Board {
  const { sources, ledger, percentiles } = counting;
  const slos: SloItem[] = [];
  const decided = new Map<string, Decided>();
  const since = renderTime(ledger.sinceMs ?? watermarkMs);
  for (const promised of promisesOf(sources.definitions)) {
    const id = idOf(promised);
    const { cells, revisions } = accountOf(ledger, promised);
    const seen: Seen = {
      watermarkMs,
      count: ({ fromMs, toMs }) => cells.tally(fromMs, toMs),
      tookMsP99: percentiles.tookMs(promised),
      inFlight: ledger.book(promised.definition.name).inFlight(watermarkMs),
    };
    const last = {
      watermarkMs: Math.min(before?.watermarkMs ?? 0, watermarkMs),
      decided: decidedBy(before?.decided.get(id) ?? new Map(), watermarkMs),
    };
    const standing = evaluate(promised, seen, madeUp(promised, seen, last));
    slos.push({ ...standing.view, revisions: { ...revisions, since }, hourlyBurn: lastDay(promised, seen) });
    decided.set(id, standing.decided);
  }
  const journeys = sources.definitions.map(({ name, owner }) => ({
    definition: name,
    owner,
    inFlight: ledger.book(name).inFlight(watermarkMs),
  }));
  return { watermarkMs, slos, journeys, decided, ledger: ledger.state() };
}

function lastDay({ objective }: Promised, { count, watermarkMs }: Seen): (number | null)[] {
  const span = { fromMs: watermarkMs - 24 * HOUR_MS, toMs: watermarkMs, stepMs: HOUR_MS };
  return seriesOf(count, objective.target, span).map(({ burn }) => burn);
}

/** What would have been decided at the minutes between two looks. */
function madeUp(
  { objective }: Promised,
  seen: Seen,
  last: { readonly watermarkMs: number; readonly decided: Decided },
): Decided {
  const firstMs = Math.max(last.watermarkMs + MINUTE_MS, seen.watermarkMs - MADE_UP_MAX * MINUTE_MS);
  let { decided } = last;
  if (last.watermarkMs === 0) return decided;
  for (let atMs = firstMs; atMs < seen.watermarkMs; atMs += MINUTE_MS)
    ({ decided } = decideTiers(look(objective, atMs, seen.count), decided));
  return decided;
}

function promisesOf(definitions: readonly Definition[]): Promised[] {
  return definitions.flatMap((definition) =>
    definition.objectives.map((objective) => ({ definition, objective })),
  );
}

/** The board of an earlier watermark, frozen: nothing fires or clears, and past a certain age it says that it is old. */
function restate(board: Board, nowMs: number): Board {
  if (Math.abs(watermarkAt(nowMs) - board.watermarkMs) <= STALE_MS) return board;
  return { ...board, slos: board.slos.map((slo) => ({ ...slo, state: "stale" })) };
}

async function explained(
  slo: SloItem,
  { store, tenant }: BoardSources,
  asked: Promised & { readonly over: Span },
): Promise<SloDetail> {
  const steps = await burntByStep(store, { tenant, ...asked });
  const tags = await burntByTag(store, { tenant, ...asked });
  const oneFailureRatio = slo.budget?.oneFailureRatio ?? 0;
  const examples = steps.flatMap(({ step, latest }) => latest.map((journey) => ({ ...journey, step })));
  return {
    ...slo,
    burntByStep: steps.map(({ step, bad }) => ({ step, bad, consumedRatio: bad * oneFailureRatio })),
    burntByTag: tags.map((one) => ({ ...one, consumedRatio: one.bad * oneFailureRatio })),
    examples: examples
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, 3)
      .map(({ atMs, kind, id, step }) => ({ kind, id, at: renderTime(atMs), step, url: urlOf(kind, id) })),
  };
}

function urlOf(kind: string, id: string): string {
  return `/v1/subjects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}
