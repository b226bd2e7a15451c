/**
 * Watch: the board over time: which alerts there are, and who was told of them.
 *
 *   board → incidents → [watch] → /v1/alerts, notify
 *
 * Whoever looks, the evaluator every minute or somebody who asks, sees the same: a minute that is looked at twice is
 * evaluated once. Goes on after a restart from what it kept in the store; what lasted of an objective that is configured no
 * more ends then.
 */
import { Failure } from "../errors.ts";
import type { Definition, Objective } from "../ingest/definitions.ts";
import type { Board, SloBoard } from "./board.ts";
import { idOf } from "./evaluate.ts";
import {
  type AlertState,
  abandoned,
  advance,
  type Incident,
  keyOf,
  NOTHING_YET,
  owed,
  stale,
} from "./incidents.ts";
import type { Memory } from "./memory.ts";
import { caughtBack, incidentBy } from "./setback.ts";

/** What a watch watches. */
export interface WatchSources {
  readonly definitions: readonly Definition[];
  readonly board: SloBoard;
  readonly memory: Memory;
}

/** The board, and the alerts of its objectives: those that last, and the last that ended. */
export interface Watched {
  /** null while the store has never answered */
  readonly board: Board | null;
  readonly incidents: readonly Incident[];
}

/** Whom one was told of what. */
export interface Telling {
  readonly incident: Incident;
  readonly target: string;
  readonly of: "begin" | "end";
  /** epoch milliseconds UTC */
  readonly atMs: number;
}

/** The alerts of all objectives. */
export class Watch {
  readonly #sources: WatchSources;
  readonly #states = new Map<string, AlertState>();
  #own: Incident | null = null;
  #sinceMs: number | null = null;
  #remembering: Promise<void> | null = null;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(sources: WatchSources) {
    this.#sources = sources;
  }

  /** How things stand. A store that does not answer leaves them as they were, and in time is an alert of its own. */
  look(nowMs: number): Promise<Watched> {
    const looked = this.#looking.then(() => this.#look(nowMs));
    this.#looking = looked.catch(() => {});
    return looked;
  }

  /** Takes up at the next look what another process decided, and whom it told. */
  forget(): void {
    this.#sources.memory.forget();
    this.#remembering = null;
  }

  /** Notes that somebody was told. */
  told(tellings: readonly Telling[]): void {
    for (const { incident, target, of, atMs } of tellings) {
      const key = keyOf(incident);
      const note = (one: Incident): Incident => {
        if (keyOf(one) !== key) return one;
        if (of === "begin") return { ...one, told: { [target]: atMs, ...one.told } };
        return { ...one, endTold: { [target]: atMs, ...one.endTold } };
      };
      if (this.#own !== null) this.#own = note(this.#own);
      const state = this.#states.get(incident.sloId);
      if (state !== undefined)
        this.#states.set(incident.sloId, { ...state, incidents: state.incidents.map(note) });
    }
  }

  /** Keeps what was decided and who was told. @throws {Failure} when the store does not take it */
  async save(nowMs: number): Promise<void> {
    await this.#sources.memory.save({ states: this.#states, own: this.#own }, nowMs);
  }

  async #look(nowMs: number): Promise<Watched> {
    this.#sinceMs ??= nowMs;
    const board = await this.#read(nowMs);
    if (board !== null) this.#advance(board, nowMs);
    const ageMs = nowMs - (board?.watermarkMs ?? this.#sinceMs);
    const before = this.#own === null ? null : incidentBy(this.#own, nowMs);
    this.#own = stale(before, { ageMs, nowMs });
    const own = this.#own === null ? [] : [this.#own];
    return {
      board,
      incidents: [...own, ...[...this.#states.values()].flatMap(({ incidents }) => incidents)],
    };
  }

  async #read(nowMs: number): Promise<Board | null> {
    try {
      this.#remembering ??= this.#remember(nowMs).catch((error: unknown) => {
        this.#remembering = null;
        throw error;
      });
      await this.#remembering;
      return await this.#sources.board.read(nowMs);
    } catch (error) {
      if (error instanceof Failure && error.retryable) return null;
      throw error;
    }
  }

  async #remember(nowMs: number): Promise<void> {
    const { states, own } = await this.#sources.memory.load();
    this.#own = own;
    this.#states.clear();
    for (const id of this.#promised().keys()) this.#states.set(id, states.get(id) ?? NOTHING_YET);
    for (const [id, state] of states)
      if (!this.#states.has(id)) this.#states.set(id, abandoned(caughtBack(state, nowMs)));
  }

  #advance({ slos, decided, watermarkMs }: Board, nowMs: number): void {
    const promised = this.#promised();
    for (const slo of slos) {
      const objective = promised.get(slo.id);
      if (objective === undefined) continue;
      const evaluated = { objective, slo, watermarkMs, decided: decided.get(slo.id) ?? new Map() };
      const before = caughtBack(this.#states.get(slo.id) ?? NOTHING_YET, nowMs);
      this.#states.set(slo.id, advance(before, evaluated));
    }
    for (const [id, state] of this.#states) {
      if (promised.has(id)) continue;
      const incidents = owed(state.incidents, watermarkMs);
      if (incidents.length === 0) this.#states.delete(id);
      else this.#states.set(id, { ...state, incidents });
    }
  }

  #promised(): Map<string, Objective> {
    return new Map(
      this.#sources.definitions.flatMap((definition) =>
        definition.objectives.map((objective) => [idOf({ definition, objective }), objective] as const),
      ),
    );
  }
}
