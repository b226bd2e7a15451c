/**
 * Memory: what the evaluator decided, kept in the store, so that a restart goes on where it stopped.
 *
 *   watch ⇄ [memory] ⇄ alert_states
 *
 * Writes only what changed. What cannot be read back, because an older or newer Waybill wrote it, is as good as new.
 */
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import type { Remembered } from "./board.ts";
import { AlertState, Incident } from "./incidents.ts";

/** What the evaluator knows of the time before. */
export interface Remembrance {
  readonly states: ReadonlyMap<string, AlertState>;
  /** the evaluator's own alert */
  readonly own: Incident | null;
}

/** A state rests unwritten for at most so long while only its watermark moves; ms. */
const REST_MS = 600_000;

const SAVE = `INSERT INTO alert_states (tenant, slo_id, state, version)
SELECT {tenant:String}, row.1, row.2, {version:UInt64}
FROM (SELECT arrayJoin(arrayZip({ids:Array(String)}, {states:Array(String)})) AS row)`;

/** What was last decided; as slo/sql/alert_states.sql says. */
export const alertStates = statement(new URL("./sql/alert_states.sql", import.meta.url), {
  params: z.object({ tenant: z.string() }),
  row: z.object({ slo_id: z.string(), state: z.string(), version: z.coerce.number() }),
});

/** Rows to write, all of one version. */
export interface Writing {
  readonly tenant: string;
  readonly version: number;
  /** id and state */
  readonly states: readonly (readonly [string, string])[];
}

/** Writes rows; the larger version wins. @throws {Failure} when the store does not take them */
export async function writeStates(store: Store, { tenant, version, states }: Writing): Promise<void> {
  const [ids, texts] = [states.map(([id]) => id), states.map(([, state]) => state)];
  await store.command(SAVE, { tenant, version, ids, states: texts });
}

/** What was decided of all objectives, for the board to go on from; null when nothing was. */
export function decidedIn({ states }: Remembrance): Remembered | null {
  const known = [...states].filter(([, { watermarkMs }]) => watermarkMs > 0);
  if (known.length === 0) return null;
  return {
    watermarkMs: Math.max(...known.map(([, { watermarkMs }]) => watermarkMs)),
    decided: new Map(known.map(([id, { decided }]) => [id, new Map(decided)])),
  };
}

/** The states of one tenant. */
export class Memory {
  readonly #store: Store;
  readonly #tenant: string;
  #version = 0;
  #loaded: Remembrance | null = null;
  readonly #written = new Map<string, { readonly text: string; readonly watermarkMs: number }>();

  constructor(store: Store, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  /** What another process decided meanwhile is asked for anew. */
  forget(): void {
    this.#loaded = null;
    this.#written.clear();
  }

  /** As it was when it was first asked for. @throws {Failure} when the store does not answer */
  async load(): Promise<Remembrance> {
    this.#loaded ??= await this.#load();
    return this.#loaded;
  }

  async #load(): Promise<Remembrance> {
    const rows = await alertStates(this.#store, { tenant: this.#tenant });
    this.#version = Math.max(0, ...rows.map(({ version }) => version));
    const states = new Map<string, AlertState>();
    let own: Incident | null = null;
    for (const { slo_id, state } of rows) {
      const told = parse(state);
      if (slo_id === "") own = Incident.safeParse(told).data ?? null;
      const known = slo_id === "" ? undefined : AlertState.safeParse(told).data;
      if (known !== undefined) states.set(slo_id, known);
    }
    return { states, own };
  }

  /** Writes what changed since it was last written. @throws {Failure} when the store does not take it */
  async save({ states, own }: Remembrance, nowMs: number): Promise<void> {
    const rows = [...states].map(([id, state]) => ({
      id,
      watermarkMs: state.watermarkMs,
      text: JSON.stringify({ ...state, watermarkMs: 0 }),
      full: JSON.stringify(state),
    }));
    const ownText = JSON.stringify(own);
    const all = own === null ? rows : [...rows, { id: "", watermarkMs: 0, text: ownText, full: ownText }];
    const changed = all.filter((row) => this.#isNews(row));
    if (changed.length === 0) return;
    // Twice in a millisecond, or with a clock that was set back, the later still wins.
    this.#version = Math.max(nowMs, this.#version + 1);
    const texts = changed.map(({ id, full }) => [id, full] as const);
    await writeStates(this.#store, { tenant: this.#tenant, version: this.#version, states: texts });
    for (const { id, text, watermarkMs } of changed) this.#written.set(id, { text, watermarkMs });
  }

  #isNews({ id, text, watermarkMs }: { id: string; text: string; watermarkMs: number }): boolean {
    const written = this.#written.get(id);
    if (written === undefined || written.text !== text) return true;
    return Math.abs(watermarkMs - written.watermarkMs) >= REST_MS;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
