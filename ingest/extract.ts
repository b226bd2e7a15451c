/**
 * Extract: what a batch of hops says about keys, places and definitions, without an object per hop.
 *
 *   HopColumns → [extract] → live, recent, blocks
 *
 * Neighbours in a batch mostly carry the same keys, so keys are read once for each different set of them (keysets.ts).
 * A row becomes an object only when more than its ids and keys is needed: a definition may match it, it holds a tag or
 * a message, it is a CloudEvent. Stores nothing, remembers nothing between batches.
 */
import { type Alike, alikeIn } from "../collector/decoder/alike.ts";
import { word } from "../collector/decoder/buffers.ts";
import { type HopBatch, type HopColumns, listStart } from "../collector/decoder/columns.ts";
import type { Carrier } from "../collector/hop.ts";
import { CARRIER_NAMES, MESSAGE_NAMES } from "./carriers.ts";
import type { Keys } from "./keys.ts";
import { flagged, hasFlagged, Keysets } from "./keysets.ts";
import { dayAt, localityAt } from "./places.ts";
import type { Plan } from "./plan.ts";
import { placeOf } from "./refs.ts";

/** What was found in one batch. The row at `r` is at `[r]` in each list. */
export interface Extract {
  readonly tenant: string;
  readonly batch: HopBatch;
  /** every different set of keys; the first is that of rows without any */
  readonly keysets: readonly Keys[];
  readonly keysetOf: Uint32Array;
  /** kind → values that were too long to be keys; count */
  readonly longKeys: ReadonlyMap<string, number>;
  readonly localities: BigUint64Array;
  /** days since 1970-01-01 UTC */
  readonly days: Uint16Array;
  /** a row that a definition may match, that holds a tag or says why something failed: as much as folding looks at; else null */
  readonly outlineAt: (row: number) => Alike | null;
  /** how rows are a cause or an effect by more than their parent: a `CARRIES` */
  readonly carries: Uint8Array;
  /** as much of a row as carriers.ts reads */
  readonly carrierAt: (row: number) => Carrier;
}

/** By what a row is a cause or an effect: by no more than its parent, by links, by messages or as a CloudEvent. */
export const CARRIES = { nothing: 0, links: 1, more: 2 } as const;

/** Extracts one batch. */
export function extract(batch: HopBatch, plan: Plan, tenant: string): Extract {
  const { rows, columns } = batch;
  const keysets = new Keysets(columns, plan);
  const keysetOf = new Uint32Array(rows);
  const carries = new Uint8Array(rows);
  const carrying = carryingIn(columns);
  for (let row = 0; row < rows; row++) {
    keysetOf[row] = keysets.of(row, batch.hop);
    carries[row] = carrying(row);
  }
  const { sets, longKeys } = keysets;
  const found = { tenant, batch, keysets: sets, keysetOf, longKeys, carries };
  const [carrierAt, outlineAt] = [carriersIn(batch), outlinesIn(batch, plan)];
  return { ...found, ...placesOf(found), carrierAt, outlineAt };
}

type Placed = Pick<Extract, "localities" | "days">;

function placesOf({ batch, keysets, keysetOf }: Pick<Extract, "batch" | "keysets" | "keysetOf">): Placed {
  const { rows, columns } = batch;
  const words = new Uint32Array(rows * 2);
  const days = new Uint16Array(rows);
  const localities = new BigUint64Array(words.buffer);
  for (let row = 0; row < rows; row++) {
    days[row] = dayAt(columns.fixed.at, row);
    // A log line outside any trace lies with its first key.
    if (localityAt(columns.fixed, row, words)) continue;
    localities[row] = placeOf(batch.hop(row), keysets[keysetOf[row] ?? 0] ?? new Map()).locality;
  }
  return { localities, days };
}

/** Whether a row is a cause or an effect by more than its parent, and whether by more than links. */
function carryingIn(columns: HopColumns): (row: number) => number {
  const { attributes, links, fixed } = columns;
  const names = flagged(attributes.dictionary, MESSAGE_NAMES);
  const hasNames = names.includes(1);
  const hasLinkNames = flagged(links.attributes.dictionary, MESSAGE_NAMES).includes(1);
  return (row) => {
    const isLinked = word(links.ends, row) > listStart(links, row);
    const hasMessage = hasNames && hasFlagged(attributes, names, row);
    if (fixed.kind[row] === 3 || hasMessage || (isLinked && hasLinkNames)) return CARRIES.more;
    return isLinked || fixed.droppedLinks[row] !== 0 ? CARRIES.links : CARRIES.nothing;
  };
}

/** Rows as carriers.ts reads them. */
function carriersIn(batch: HopBatch): (row: number) => Carrier {
  const { attributes, links, fixed } = batch.columns;
  const flags = flagged(attributes.dictionary, CARRIER_NAMES);
  const hasLinkNames = flagged(links.attributes.dictionary, MESSAGE_NAMES).includes(1);
  return (row) => {
    const isMore = fixed.kind[row] === 3 || (hasLinkNames && word(links.ends, row) > listStart(links, row));
    return isMore ? batch.hop(row) : batch.carrier(row, flags);
  };
}

/** The rows that folding looks at. Rows that differ only in what no matcher looks at are judged once. */
function outlinesIn(batch: HopBatch, plan: Plan): (row: number) => Alike | null {
  const isTelling = tellers(batch.columns, plan);
  const kept = {
    attributes: flagged(batch.columns.attributes.dictionary, plan.foldNames),
    events: flagged(batch.columns.events.attributes.dictionary, plan.errorNames),
  };
  const judged = new Map<number, ReturnType<Plan["mattering"]>>();
  const alike = alikeIn(batch, kept);
  return (row) => {
    const like = likeness(batch.columns, row);
    let judgement = judged.get(like);
    if (judgement === undefined) {
      judgement = plan.mattering(batch.outline(row, kept));
      judged.set(like, judgement);
    }
    const isMilestone =
      judgement === "always" || (judgement === "maybe" && plan.matters(batch.outline(row, kept)));
    return isMilestone || isTelling(row) ? alike(row) : null;
  };
}

/** Whether a row holds a tag, or says why something failed. */
function tellers({ attributes, resources, fixed }: HopColumns, plan: Plan): (row: number) => boolean {
  const tags = flagged(attributes.dictionary, plan.tagNames);
  const errors = flagged(attributes.dictionary, plan.errorNames);
  const inResources = flagged(resources.attributes.dictionary, plan.tagNames);
  const [hasTags, hasErrors] = [tags.includes(1), errors.includes(1)];
  const tagged = resources.attributes.ends.data
    .subarray(0, resources.attributes.ends.length)
    .map((_, at) => (hasFlagged(resources.attributes, inResources, at) ? 1 : 0));
  return (row) =>
    (hasTags && hasFlagged(attributes, tags, row)) ||
    tagged[fixed.resource[row] ?? 0] === 1 ||
    (hasErrors && fixed.kind[row] === 2 && hasFlagged(attributes, errors, row));
}

/** One number for all that matchers look at, bar attributes and bodies. A batch has fewer than 2^20 names. */
function likeness({ fixed, resources }: HopColumns, row: number): number {
  const service = word(resources.service, fixed.resource[row] ?? 0);
  const small = ((fixed.kind[row] ?? 0) * 8 + (fixed.spanKind[row] ?? 0)) * 4 + (fixed.status[row] ?? 0);
  return ((fixed.name[row] ?? 0) * 2 ** 20 + service) * 128 + small;
}
