/**
 * Told: everything known about one subject at one moment, and the way to ask for it.
 *
 *   lookup → [Told] → answer, story, page
 *
 * Types only.
 */
import type { Hop } from "../collector/hop.ts";
import type { Journey } from "./journey.ts";
import type { Evidence, Subject } from "./subject.ts";

/** One hop of one subject, with everything that stitching and folding found out about it. */
export interface Member {
  readonly hop: Hop;
  /** business keys on the hop: kind → values, in order of authority */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly evidence: readonly Evidence[];
  /** whether the hop belongs to other subjects too */
  readonly shared: boolean;
  /** the step it reached or failed, in the first journey where it did; null for most hops */
  readonly step: string | null;
  /** `name@version` of the message schema it says it follows, null when it says none */
  readonly contract: string | null;
}

/** How two subjects touch without being one. */
export interface Related {
  readonly subject: Subject;
  /**
   * `carries`: one's hops carry a key of the other · `shares`: both carry a shared key · `conflict`: one key, two
   * subjects · `same-hops`: hops of one belong to the other, of another kind, too
   */
  readonly relation: "carries" | "shares" | "conflict" | "same-hops";
  /** the key they have in common, `kind=value`; of `same-hops` that of the other subject */
  readonly key: string;
}

/** Something that the answer cannot be sure of. */
export interface Gap {
  readonly kind:
    | "parent-missing"
    | "links-dropped"
    | "clock-suspect"
    | "sampled"
    | "late"
    | "conflict"
    | "hub"
    | "truncated";
  readonly text: string;
  readonly hopId?: string;
}

/** Everything known about one subject at one moment. */
export interface Told {
  readonly subject: Subject;
  readonly asOfNs: bigint;
  /** in order of time, then of cause, then of id */
  readonly members: readonly Member[];
  readonly journeys: readonly Journey[];
  readonly related: readonly Related[];
  readonly gaps: readonly Gap[];
  /** not empty when the subject was provisional and belongs to these now: tell about them instead */
  readonly movedTo: readonly Subject[];
}

/** What the query side is given to ask. Throws a retryable `Failure` when the store does not answer. */
export interface Lookup {
  /** Everything about one subject, or null when no hop ever carried it. */
  readonly tell: (tenant: string, subject: Subject, nowNs: bigint) => Promise<Told | null>;
  /** The declared kinds under which this value was seen, and the subjects each leads to. */
  readonly find: (tenant: string, id: string, nowNs: bigint) => Promise<readonly Found[]>;
}

/** One kind under which an id is known. `kind` may also be `trace` for a trace id. */
export interface Found {
  readonly kind: string;
  readonly id: string;
  /** the subjects it leads to; itself when it is one */
  readonly subjects: readonly Subject[];
  /** facts of a trace that belong to no subject, mostly for want of a declared key; in order of time */
  readonly unclaimed: readonly Hop[];
}
