/**
 * Provisional: journeys of stand-in subjects, which have to be closed once the real subject is known.
 *
 *   settle: merged → [provisional] → closing rows
 *
 * Nearly every order could have had one and hardly any has, so those that were written are remembered, and the store
 * is asked only about those. Other processes may write them too: then it is asked every time.
 */
import { z } from "zod";
import type { Definitions } from "./definitions.ts";
import type { Heard } from "./heard.ts";
import type { Journey } from "./journey.ts";
import { Known } from "./known.ts";
import type { Ref } from "./refs.ts";
import type { Merged } from "./settle.ts";
import { statement } from "./statements.ts";
import type { Store } from "./store.ts";

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
  row: Row,
});

/** Which journeys have a stand-in for a subject? */
export const openProvisional = statement(fileOf("open_provisional"), {
  params: z.object({ tenant: z.string(), kinds: z.array(z.string()) }),
  row: Row,
});

/** Whose stand-ins they are, and who else may write them. */
export interface ProvisionalOptions {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly tenant: string;
  /** null while other processes may write to the same store */
  readonly heard: () => Heard | null;
}

const BYTES = 4 * 2 ** 20;

/** The stand-ins of one tenant. */
export class Provisional {
  readonly #options: ProvisionalOptions;
  readonly #real: ReadonlySet<string>;
  #written: Known | null = null;

  constructor(options: ProvisionalOptions) {
    this.#options = options;
    this.#real = new Set(options.definitions.journeys.map(({ subject }) => subject));
  }

  /** Whether any stand-in may have a row that is not closed. */
  mayBeAny(): boolean {
    return this.#options.heard() === null || this.#written === null || this.#written.size > 0;
  }

  /** Those of the candidates that have a row which is not closed. */
  async open(candidates: readonly Merged[]): Promise<Merged[]> {
    const { store, tenant, heard } = this.#options;
    const written = this.#written ?? (await this.#load());
    const mayBe = heard() === null ? candidates : candidates.filter((row) => written.has(nameOf(row)));
    if (mayBe.length === 0) return [];
    const found = await provisionalRows(store, {
      tenant,
      definitions: [...new Set(mayBe.map(({ definition }) => definition))],
      kinds: mayBe.map(({ subject }) => subject.kind),
      ids: mayBe.map(({ subject }) => subject.id),
    });
    const open = new Set(found.map((row) => [row.definition, row.subject_kind, row.subject].join("\n")));
    return mayBe.filter((row) => open.has(nameOf(row)));
  }

  /** Notes the stand-ins among journeys that were written. */
  note(journeys: readonly Journey[]): void {
    for (const journey of journeys)
      if (!this.#real.has(journey.subject.kind)) this.#written?.add(nameOf(journey));
  }

  /** The keys that stand in for a subject in any of the journeys. */
  standIns(journeys: readonly Journey[]): Ref[] {
    const subjects = journeys.map(({ subject }) => subject).filter(({ kind }) => !this.#real.has(kind));
    return subjects.map(({ kind, id }) => ({ kind, value: id }));
  }

  async #load(): Promise<Known> {
    const { store, tenant } = this.#options;
    const written = new Known(BYTES);
    for (const row of await openProvisional(store, { tenant, kinds: [...this.#real] }))
      written.add([row.definition, row.subject_kind, row.subject].join("\n"));
    this.#written = written;
    return written;
  }
}

function nameOf({ definition, subject }: Pick<Merged, "definition" | "subject">): string {
  return [definition, subject.kind, subject.id].join("\n");
}
