/**
 * Board: all objectives of a configuration, as they stand.
 *
 *   definitions, journeys → counts → evaluate → [board] → API, terminal, metrics
 *
 * Owns what one evaluation hands to the next: the tiers that fire, and the last board for when the store does not
 * answer. Asks the store at most once in five seconds, however many ask the board.
 */
import { Failure } from "../errors.ts";
import type { Definition, Objective } from "../ingest/definitions.ts";
import type { Store } from "../ingest/store.ts";
import type { Tally } from "./burn.ts";
import type { Span } from "./calendar.ts";
import { type Asked, type Burnt, countBurnt, countJourneys } from "./counts.ts";
import { type Decided, evaluate, idOf, type Promised, renderTime, type Seen } from "./evaluate.ts";
import type { SloDetail, SloExample, SloView } from "./view.ts";
import { type Counts, periodAt, tallyOf, watermarkAt, windowOf } from "./windows.ts";

const REUSE_MS = 5_000;

/** A board older than this says so; ms. */
const STALE_MS = 300_000;

/** Every objective at one watermark. */
export interface Board {
  /** epoch milliseconds UTC */
  readonly watermarkMs: number;
  readonly slos: readonly SloView[];
  /** one per definition, with objectives or without */
  readonly journeys: readonly {
    readonly definition: string;
    readonly owner: string;
    readonly inFlight: number;
  }[];
  /** per objective, what the next evaluation has to know of this one */
  readonly decided: ReadonlyMap<string, Decided>;
}

/** What a board is made from. */
export interface BoardSources {
  readonly store: Store;
  readonly definitions: readonly Definition[];
  readonly tenant: string;
}

/** An opened board. Throws a retryable `Failure` while the store has never answered. */
export interface SloBoard {
  readonly read: (nowMs: number) => Promise<Board>;
  /** One objective with what spent its budget. @throws {Failure} `not_found` for an id that is not configured */
  readonly explain: (id: string, nowMs: number) => Promise<SloDetail>;
}

/** Opens the board of a configuration; nothing is asked yet. */
export function openBoard(sources: BoardSources): SloBoard {
  let latest: Board | null = null;
  let asking: { readonly atMs: number; readonly board: Promise<Board> } | null = null;

  const ask = async (nowMs: number): Promise<Board> => {
    try {
      latest = await evaluateAll(sources, watermarkAt(nowMs), latest);
      return latest;
    } catch (error) {
      if (latest === null || !(error instanceof Failure && error.retryable)) throw error;
      return restate(latest, nowMs);
    }
  };
  const read = (nowMs: number): Promise<Board> => {
    if (asking === null || Math.abs(nowMs - asking.atMs) >= REUSE_MS)
      asking = { atMs: nowMs, board: ask(nowMs) };
    return asking.board;
  };
  const explain = async (id: string, nowMs: number): Promise<SloDetail> => {
    const promised = promisesOf(sources.definitions).find((candidate) => idOf(candidate) === id);
    const board = await read(nowMs);
    const slo = board.slos.find((candidate) => candidate.id === id);
    if (promised === undefined || slo === undefined) throw new Failure("not_found");
    const asked: Asked = {
      tenant: sources.tenant,
      definition: promised.definition,
      watermarkMs: board.watermarkMs,
    };
    return detailOf(slo, await countBurnt(sources.store, asked, promised.objective));
  };
  return { read, explain };
}

async function evaluateAll(sources: BoardSources, watermarkMs: number, before: Board | null): Promise<Board> {
  const slos: SloView[] = [];
  const journeys: Board["journeys"][number][] = [];
  const decided = new Map<string, Decided>();
  // One after the other: an order lookup must never wait for a row of these.
  for (const definition of sources.definitions) {
    const counts = await countJourneys(sources.store, { tenant: sources.tenant, definition, watermarkMs });
    journeys.push({ definition: definition.name, owner: definition.owner, inFlight: counts.inFlight });
    for (const promised of promisesOf([definition])) {
      const { objective } = promised;
      const { fromMs } = periodAt(objective.window, watermarkMs);
      const seen: Seen = {
        watermarkMs,
        count: (span) => tallyBetween(counts, objective, span),
        tookMsP99: windowOf(counts, fromMs)?.tookMsP99 ?? null,
        inFlight: counts.inFlight,
      };
      const id = idOf(promised);
      const standing = evaluate(promised, seen, before?.decided.get(id) ?? new Map());
      slos.push(standing.view);
      decided.set(id, standing.decided);
    }
  }
  return { watermarkMs, slos, journeys, decided };
}

/** What ended since `fromMs`, less what ended since `toMs`. */
function tallyBetween(counts: Counts, objective: Objective, { fromMs, toMs }: Span): Tally {
  const [since, after] = [tallyOf(counts, objective, fromMs), tallyOf(counts, objective, toMs)];
  return { good: since.good - after.good, bad: since.bad - after.bad };
}

function promisesOf(definitions: readonly Definition[]): Promised[] {
  return definitions.flatMap((definition) =>
    definition.objectives.map((objective) => ({ definition, objective })),
  );
}

/** The board of an earlier watermark, frozen: nothing fires or clears, and past a certain age it says that it is old. */
function restate(board: Board, nowMs: number): Board {
  if (watermarkAt(nowMs) - board.watermarkMs <= STALE_MS) return board;
  return { ...board, slos: board.slos.map((slo) => ({ ...slo, state: "stale" })) };
}

function detailOf(slo: SloView, burnt: readonly Burnt[]): SloDetail {
  const oneFailureRatio = slo.budget?.oneFailureRatio ?? 0;
  const examples = burnt.flatMap(({ step, latest }) => latest.map((journey) => ({ ...journey, step })));
  return {
    ...slo,
    burntByStep: burnt.map(({ step, bad }) => ({ step, bad, consumedRatio: bad * oneFailureRatio })),
    examples: examples
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, 3)
      .map(viewExample),
  };
}

function viewExample(journey: { atMs: number; kind: string; id: string; step: string | null }): SloExample {
  const { kind, id, step } = journey;
  const url = `/v1/subjects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
  return { kind, id, at: renderTime(journey.atMs), step, url };
}
