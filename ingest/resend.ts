/**
 * Resend: dead letters through the very decoder again, and through the same door as a sender's when they are fine now.
 *
 *   letters → decode → known already? → accept (journal) → which journeys moved?
 *
 * A letter that is still refused changes nothing, and one whose hops are here already changes nothing either, so
 * sending twice is sending once. A dry run does all of it but accept, and folds the journeys as they would then be.
 */
import { type Accept, type DecodeLimits, type Delivery, decodeRequest } from "../collector/request.ts";
import { Failure } from "../errors.ts";
import type { Definitions } from "./definitions.ts";
import type { HopSource } from "./gather.ts";
import type { Journey } from "./journey.ts";
import { keysOf } from "./keys.ts";
import { BODY_REASON, letterEnvelope } from "./letter_block.ts";
import type { WholeLetter } from "./letter_store.ts";
import { placeOf, placeText } from "./refs.ts";
import { settle } from "./settle.ts";
import { journeyName } from "./subject.ts";
import type { Lookup } from "./told.ts";

/** What sending again works with. */
export interface ResendOptions {
  readonly source: HopSource;
  readonly lookup: Lookup;
  readonly definitions: Definitions;
  readonly tenant: string;
  readonly limits: DecodeLimits;
  /** null in a process that takes nothing in: then only dry runs are possible */
  readonly accept: Accept | null;
}

/** What became, or would become, of one letter. */
export interface Outcome {
  readonly letter: WholeLetter;
  /** `accepted` is durable · `duplicate` was here already · `rejected` still is · `not-kept` has no bytes to send */
  readonly outcome: "accepted" | "duplicate" | "rejected" | "not-kept";
  /** the code of why it is refused, "" otherwise */
  readonly reason: string;
  readonly text: string;
}

/** A journey before and after. */
export interface Moved {
  /** null when there was none */
  readonly before: Journey | null;
  readonly after: Journey;
}

/** What became of some letters. */
export interface Resent {
  readonly outcomes: readonly Outcome[];
  readonly journeys: readonly Moved[];
  /** journeys that were touched beyond those told; count */
  readonly more: number;
}

/** How to send: for real, or only to see what would happen. */
export interface Sending {
  readonly dryRun: boolean;
  /** nanoseconds since 1970 UTC */
  readonly nowNs: bigint;
  /** journeys told one by one, each of which is looked up before and after; the others are counted */
  readonly journeysMax: number;
}

const HOPS_MAX = 200_000;
const AT_ONCE = 64;

/**
 * Sends letters again.
 *
 * @throws {Failure} `no_intake` when it is not a dry run and this process takes nothing in; retryable when the store or
 *                   the journal does not take it now, and then it may be done again
 */
export async function resend(
  options: ResendOptions,
  letters: readonly WholeLetter[],
  { dryRun, nowNs, journeysMax }: Sending,
): Promise<Resent> {
  const { accept } = options;
  if (!dryRun && accept === null)
    throw new Failure("no_intake", "Ask one that does: WAYBILL_ROLE=all on the same store.");
  const read = await Promise.all(letters.map((letter) => readAgain(options, letter, nowNs)));
  const fresh = await withoutKnown(options, read);
  const deliveries = fresh.flatMap(({ delivery }) => delivery ?? []);
  const foreseen = await touchedBy(options, deliveries, nowNs);
  const before = await statesBefore(options, foreseen.slice(0, journeysMax), nowNs);
  if (!dryRun && accept !== null) await acceptAll(accept, deliveries);
  const after = dryRun || journeysMax === 0 ? foreseen : await touchedBy(options, deliveries, nowNs);
  const told = after.flatMap((journey) => {
    const was = before.get(nameOf(journey));
    return was === undefined ? [] : [{ before: was, after: journey }];
  });
  return {
    outcomes: fresh.map(({ outcome }) => outcome),
    journeys: told,
    more: Math.max(0, after.length - told.length),
  };
}

interface Read {
  readonly outcome: Outcome;
  /** null unless it can be accepted */
  readonly delivery: Delivery | null;
}

/** As it came in; if it is refused so, as if it came in now, for it may have been our clock that was wrong. */
async function readAgain(options: ResendOptions, letter: WholeLetter, nowNs: bigint): Promise<Read> {
  const asThen = await readAt(options, letter, letter.receivedMs);
  if (asThen.outcome.outcome !== "rejected") return asThen;
  const asNow = await readAt(options, letter, Number(nowNs / 1_000_000n));
  return asNow.outcome.outcome === "rejected" ? asThen : asNow;
}

async function readAt(options: ResendOptions, letter: WholeLetter, receivedMs: number): Promise<Read> {
  const refused = (outcome: "rejected" | "not-kept", reason: string, text: string): Read => ({
    outcome: { letter, outcome, reason, text },
    delivery: null,
  });
  if (letter.bytes.length === 0) return refused("not-kept", letter.reason, "It was too large to be kept.");
  const envelope = letterEnvelope(options.tenant, { ...letter, receivedMs });
  try {
    const decoded = await decodeRequest(envelope, letter.bytes, options.limits);
    const [bad] = decoded.rejected;
    if (decoded.batch.rows === 0)
      return refused("rejected", bad?.reason ?? BODY_REASON, bad?.text ?? "There is no record in it.");
    const outcome: Outcome = { letter, outcome: "accepted", reason: "", text: "" };
    return { outcome, delivery: { envelope, body: letter.bytes, decoded } };
  } catch (error) {
    if (!(error instanceof Failure) || error.retryable) throw error;
    return refused("rejected", BODY_REASON, error.message);
  }
}

/** What is here already, in the same words, need not come in again. */
async function withoutKnown(options: ResendOptions, read: readonly Read[]): Promise<Read[]> {
  const { definitions, source, tenant } = options;
  const hops = read.flatMap(({ delivery }) => (delivery === null ? [] : hopsOf(delivery)));
  const places = new Map(
    hops.map((hop) => placeOf(hop, keysOf(hop, definitions.keys))).map((place) => [placeText(place), place]),
  );
  const there = await source.hops(tenant, [...places.values()]);
  const known = new Set(there.map(({ id, digest }) => `${id} ${digest}`));
  return read.map((each) => {
    const isKnown =
      each.delivery !== null && hopsOf(each.delivery).every(({ id, digest }) => known.has(`${id} ${digest}`));
    if (!isKnown) return each;
    return {
      outcome: { ...each.outcome, outcome: "duplicate", text: "It is here already." },
      delivery: null,
    };
  });
}

function hopsOf({ decoded: { batch } }: Delivery) {
  return Array.from({ length: batch.rows }, (_, row) => batch.hop(row));
}

/** A few at a time: they share the syncs of the journal. */
async function acceptAll(accept: Accept, deliveries: readonly Delivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += AT_ONCE)
    await Promise.all(deliveries.slice(from, from + AT_ONCE).map(accept));
}

/** The journeys that the hops of these deliveries change, as they are with them. */
async function touchedBy(
  options: ResendOptions,
  deliveries: readonly Delivery[],
  nowNs: bigint,
): Promise<readonly Journey[]> {
  if (deliveries.length === 0) return [];
  const { journeys } = await settle({ ...options, hopsMax: HOPS_MAX }, deliveries.flatMap(hopsOf), nowNs);
  return journeys;
}

async function statesBefore(
  { lookup, tenant }: ResendOptions,
  journeys: readonly Journey[],
  nowNs: bigint,
): Promise<ReadonlyMap<string, Journey | null>> {
  const before = new Map<string, Journey | null>();
  for (const journey of journeys) {
    const name = nameOf(journey);
    if (before.has(name)) continue;
    const told = await lookup.tell(tenant, journey.subject, nowNs);
    before.set(name, told?.journeys.find((each) => nameOf(each) === name) ?? null);
  }
  return before;
}

function nameOf({ definition, subject }: Journey): string {
  return journeyName(definition, subject);
}
