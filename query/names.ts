/**
 * Names: whether the definition and the step that a list is asked for are any.
 *
 *   ?definition=, ?step= → [names] → 400 with the name that was probably meant
 *
 * A name is one when `waybill.yaml` has it, or when a stored journey does: what was configured earlier stays listable.
 * `?definition=create-ordr` must not look like a definition without journeys.
 */
import { z } from "@hono/zod-openapi";
import { ask, type Clause, every, sql, value } from "../ingest/clause.ts";
import type { Definition, Definitions } from "../ingest/definitions.ts";
import type { Store } from "../ingest/store.ts";
import { nearest } from "../nearest.ts";
import { renderList } from "./phrase.ts";
import { BadParameters, type FieldError } from "./problem.ts";

/** The names that a list is asked for, and whose journeys it lists. */
export interface NamesAsked {
  readonly tenant: string;
  readonly definition?: string | undefined;
  readonly step?: string | undefined;
}

/** So many known names are listed when none is near; count. */
const KNOWN_MAX = 20;

/**
 * Refuses names that are none. Meant for lists that came out empty: it reads at most as much as those did.
 *
 * @throws {BadParameters} naming each; {Failure} `store_unavailable` when the store does not answer
 */
export async function refuseUnknownNames(
  store: Store,
  { journeys }: Definitions,
  { tenant, definition, step }: NamesAsked,
): Promise<void> {
  const configured = journeys.filter(({ name }) => name === definition);
  const isDefinition =
    definition !== undefined && (configured.length > 0 || (await isStored(store, { tenant, definition })));
  const errors: FieldError[] = [];
  if (definition !== undefined && !isDefinition) errors.push(unknownDefinition(definition, journeys));
  if (step !== undefined) {
    const among = isDefinition ? { definition, steps: stepsOf(configured) } : { steps: stepsOf(journeys) };
    const isStep = among.steps.includes(step) || (await isStored(store, { tenant, ...among, step }));
    if (!isStep) errors.push(unknownStep(step, among));
  }
  if (errors.length > 0) throw new BadParameters(errors);
}

function stepsOf(journeys: readonly Definition[]): string[] {
  return [...new Set(journeys.flatMap(({ steps }) => steps.map(({ name }) => name)))];
}

function unknownDefinition(written: string, journeys: readonly Definition[]): FieldError {
  const known = journeys.map(({ name }) => name);
  return { field: "definition", text: `no such definition${hint(written, known)}` };
}

interface Among {
  readonly definition?: string;
  readonly steps: readonly string[];
}

function unknownStep(written: string, { definition, steps }: Among): FieldError {
  const of = definition === undefined ? "" : ` of ${definition}`;
  return { field: "step", text: `no such step${of}${hint(written, steps)}` };
}

function hint(written: string, known: readonly string[]): string {
  const meant = nearest(written, known);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  return known.length === 0 ? "" : `; known: ${renderList(known, KNOWN_MAX)}`;
}

async function isStored(store: Store, asked: NamesAsked): Promise<boolean> {
  return (await ask(store, rowNamed(asked), z.object({}))).length > 0;
}

/**
 * Is there a journey of that definition, that waits for the step or failed at it? One row, or none. Reads by the table's
 * key where a definition is given, else the two narrow columns that name steps, and stops at the first row that fits.
 */
export function rowNamed({ tenant, definition, step }: NamesAsked): Clause {
  const text = (given: string) => value("String", given);
  return sql`SELECT true AS found FROM journeys WHERE ${every([
    sql`tenant = ${text(tenant)}`,
    ...(definition === undefined ? [] : [sql`definition = ${text(definition)}`]),
    ...(step === undefined ? [] : [sql`next_step = ${text(step)} OR failed_step = ${text(step)}`]),
  ])} LIMIT 1`;
}
