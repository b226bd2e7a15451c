/**
 * Subject: what journeys are about, and why a hop belongs to one.
 *
 *   keys → [Subject, Evidence] → stitch
 *
 * Types, and by what name a journey goes.
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
  /** of `climb`: that hop is not below this one but beside it, below an ancestor that both have */
  readonly beside?: true;
}

/** One name for each journey of a tenant. */
export function journeyName(definition: string, { kind, id }: Subject): string {
  return [definition, kind, id].join("\n");
}
