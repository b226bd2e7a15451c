/**
 * Provisional: journeys of stand-in subjects, which have to be closed once the real subject is known.
 *
 *   settle: merged → [provisional] → closing rows
 *
 * Nearly every order could have had one and hardly any has, so those that were written are remembered, and the store
 * is asked only about those. Other processes may write them too: then it is asked every time. It is also asked about
 * subjects that stand in for nobody and lost what their journey began with: they are few (vanished.ts).
 */
import { z } from "zod";
import type { Definitions } from "./definitions.ts";
import { keptSinceNs } from "./elder.ts";
import type { Heard } from "./heard.ts";
import { Known } from "./known.ts";
import type { Merged } from "./settle.ts";
import { Int64, statement } from "./statements.ts";
import type { Store } from "./store.ts";
import { journeyName } from "./subject.ts";

const Row = z.object({ definition: z.string(), subject_kind: z.string(), subject: z.string() });
const fileOf = (name: string) => new URL(`./sql/${name}.sql`, import.meta.url);

/** Which of these subjects have a journey of their own that is not merged yet? `kinds` and `ids` go in pairs. */
export const provisionalRows = statement(fileOf("provisional_rows"), {
  params: z.object({
    tenant: z.string(),
    definitions: z.array(z.string()),
    kinds: z.array(z.string()),
    ids: z.array(z.string()),
  }),
  row: Row.extend({ started_ns: Int64 }),
});

/** Which journeys have a stand-in for a subject? `definitions` and the `kinds` that they are about go in pairs. */
export const openProvisional = statement(fileOf("open_provisional"), {
  params: z.object({ tenant: z.string(), definitions: z.array(z.string()), kinds: z.array(z.string()) }),
  row: Row,
});

/** Whose stand-ins they are, and who else may write them. */
export interface ProvisionalOptions {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** epoch milliseconds */
  readonly now: () => number;
  /** null while other processes may write to the same store */
  readonly heard: () => Heard | null;
}

type Named = Pick<Merged, "definition" | "subject">;
type OpenRow = Awaited<ReturnType<typeof provisionalRows>>[number];

const BYTES = 4 * 2 ** 20;

/** The stand-ins of one tenant. */
export class Provisional {
  readonly #options: ProvisionalOptions;
  /** definition → the kind of subject that it is about */
  readonly #kinds: ReadonlyMap<string, string>;
  #written: Known | null = null;

  constructor(options: ProvisionalOptions) {
    this.#options = options;
    this.#kinds = new Map(options.definitions.journeys.map(({ name, subject }) => [name, subject]));
  }

  /** Whether any stand-in may have a row that is not closed. */
  mayBeAny(): boolean {
    return this.#options.heard() === null || this.#written === null || this.#written.size > 0;
  }

  /** Those of the candidates that have a row which is not closed. */
  async open(candidates: readonly Merged[]): Promise<Merged[]> {
    const { store, tenant, heard } = this.#options;
    const written = this.#written ?? (await this.#load());
    const mayBe = candidates.filter(
      (row) => heard() === null || !this.isStandIn(row) || written.has(nameOf(row)),
    );
    if (mayBe.length === 0) return [];
    const found = await provisionalRows(store, {
      tenant,
      definitions: [...new Set(mayBe.map(({ definition }) => definition))],
      kinds: mayBe.map(({ subject }) => subject.kind),
      ids: mayBe.map(({ subject }) => subject.id),
    });
    const names = found.filter((row) => this.#mayClose(row)).map(nameOfRow);
    const open = new Set(names);
    return mayBe.filter((row) => open.has(nameOf(row)));
  }

  /** A journey that began before hops are kept may only seem to have lost them: its row outlives its hops. */
  #mayClose({ definition, subject_kind, started_ns }: OpenRow): boolean {
    const { definitions, now } = this.#options;
    const keptNs = keptSinceNs(definitions.retention, BigInt(now()) * 1_000_000n);
    return this.#kinds.get(definition) !== subject_kind || started_ns >= keptNs;
  }

  /** Notes the stand-ins that were written. One whose row is no news was noted when that was written. */
  note(standIns: readonly Named[]): void {
    for (const standIn of standIns) this.#written?.add(nameOf(standIn));
  }

  /** A kind that one definition is about may stand in for a subject in another. */
  isStandIn({ definition, subject }: Named): boolean {
    return this.#kinds.get(definition) !== subject.kind;
  }

  async #load(): Promise<Known> {
    const { store, tenant } = this.#options;
    const written = new Known(BYTES);
    const about = { definitions: [...this.#kinds.keys()], kinds: [...this.#kinds.values()] };
    for (const row of await openProvisional(store, { tenant, ...about })) written.add(nameOfRow(row));
    this.#written = written;
    return written;
  }
}

function nameOf({ definition, subject }: Named): string {
  return journeyName(definition, subject);
}

function nameOfRow({ definition, subject_kind, subject }: z.infer<typeof Row>): string {
  return journeyName(definition, { kind: subject_kind, id: subject });
}
