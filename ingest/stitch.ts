/**
 * Stitch: hops in, the subjects each belongs to out, and why.
 *
 *   keys → [stitch] → fold
 *
 * Pure, and a function of the set of hops only: order, duplicates and batching change nothing
 * (laws: test/ingest/stitch.prop.test.ts). Rules by authority, never by arrival: docs/adr/0002.
 */

/** The thing a journey is about: `order.id` = `ORD-42`. */
export interface Subject {
  readonly kind: string;
  readonly id: string;
}

/**
 * Which rule put a hop into a subject.
 *
 * `key` carries the subject itself · `identifies` carries a key that belongs to it · `shared` carries a key that it
 * shares with others · `cause` its nearest cause belongs to it · `climb` something below its nearest such ancestor
 * does · `trace` its parent never arrived and its trace has no other subject.
 */
export type Rule = "key" | "identifies" | "shared" | "cause" | "climb" | "trace";

/** One reason why a hop is in a journey. */
export interface Evidence {
  readonly rule: Rule;
  /** the key that decided, `kind=value`, when a key did */
  readonly key?: string;
  /** the hop through which it came, when one did; its id */
  readonly through?: string;
}
