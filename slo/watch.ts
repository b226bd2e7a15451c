/**
 * Watch: the board over time: which alerts there are, and who was told of them.
 *
 *   board → incidents → [watch] → /v1/alerts, notify
 *
 * Whoever looks, the evaluator every minute or somebody who asks, sees the same: a minute that is looked at twice is
 * evaluated once. Goes on after a restart from what it kept in the store.
 */
import { Failure } from "../errors.ts";
import type { Definition } from "../ingest/definitions.ts";
import type { Board, SloBoard } from "./board.ts";
import { idOf } from "./evaluate.ts";
import { type AlertState, advance, type Incident, keyOf, NOTHING_YET, stale } from "./incidents.ts";
import type { Memory } from "./memory.ts";

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
    if (board !== null) this.#advance(board);
    const ageMs = nowMs - (board?.watermarkMs ?? this.#sinceMs);
    this.#own = stale(this.#own, { ageMs, nowMs });
    const own = this.#own === null ? [] : [this.#own];
    return {
      board,
      incidents: [...own, ...[...this.#states.values()].flatMap(({ incidents }) => incidents)],
    };
  }

  async #read(nowMs: number): Promise<Board | null> {
    try {
      this.#remembering ??= this.#remember();
      await this.#remembering;
      return await this.#sources.board.read(nowMs);
    } catch (error) {
      this.#remembering = this.#states.size === 0 ? null : this.#remembering;
      if (error instanceof Failure && error.retryable) return null;
      throw error;
    }
  }

  async #remember(): Promise<void> {
    const { states, own } = await this.#sources.memory.load();
    this.#own = own;
    for (const { definition, objective } of this.#promises()) {
      const id = idOf({ definition, objective });
      this.#states.set(id, states.get(id) ?? NOTHING_YET);
    }
  }

  #advance({ slos, decided, watermarkMs }: Board): void {
    for (const { definition, objective } of this.#promises()) {
      const id = idOf({ definition, objective });
      const slo = slos.find((candidate) => candidate.id === id);
      if (slo === undefined) continue;
      const evaluated = { objective, slo, watermarkMs, decided: decided.get(id) ?? new Map() };
      this.#states.set(id, advance(this.#states.get(id) ?? NOTHING_YET, evaluated));
    }
  }

  #promises() {
    return this.#sources.definitions.flatMap((definition) =>
      definition.objectives.map((objective) => ({ definition, objective })),
    );
  }
}
