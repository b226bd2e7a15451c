/**
 * Definitions: the business, as told by `waybill.yaml`, in the form the pure modules read.
 *
 *   waybill.yaml → parse (yaml.ts) → [Definitions] → match, keys, stitch, fold
 *
 * Types only. Everything is resolved: defaults filled in, patterns compiled, names checked against each other.
 */

/** What a kind of key may do: belong to exactly one subject, or be carried by many. */
export type KeyRole = "identifies" | "shared";

/** Where a key's value is looked for on a hop. */
export type KeySource =
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "pointer"; readonly attribute: string; readonly pointer: string }
  | { readonly kind: "cloudevent"; readonly name: string }
  | { readonly kind: "body"; readonly pattern: BodyPattern };

/** A linear-time pattern; answers the first capture group (or the whole match), or null. */
export interface BodyPattern {
  readonly source: string;
  readonly find: (body: string) => string | null;
}

/** One declared kind of business identifier. */
export interface KeyKind {
  readonly kind: string;
  readonly role: KeyRole;
  /** whether one hop may carry several values of this kind, from all its sources together */
  readonly many: boolean;
  readonly from: readonly KeySource[];
}

/** A name with `*` for any run of characters. */
export interface NamePattern {
  readonly source: string;
  readonly test: (name: string) => boolean;
}

/** All given parts must hold. Absent parts are undefined. */
export interface Matcher {
  readonly service?: NamePattern;
  /** span name */
  readonly span?: NamePattern;
  /** log event name */
  readonly event?: NamePattern;
  /** pattern on a log body */
  readonly log?: BodyPattern;
  /** CloudEvent type */
  readonly cloudevent?: NamePattern;
  /** span kind */
  readonly kind?: "internal" | "server" | "client" | "producer" | "consumer";
  readonly status?: "ok" | "error" | "unset";
  readonly attributes?: ReadonlyMap<string, NamePattern>;
}

/** One step of a journey. Reached by the first hop that any of `match` accepts. */
export interface Step {
  readonly name: string;
  readonly match: readonly Matcher[];
  readonly owner: string;
  /** names of the steps that must come before; the previous required step unless said otherwise */
  readonly after: readonly string[];
  readonly optional: boolean;
  /** own deadline, counted from the moment the last of `after` was reached (from the start for the first); ms */
  readonly withinMs: number | null;
}

/** A promise about a definition. `target` is the exact decimal fraction `numerator / denominator`, in (0, 1). */
export interface Objective {
  readonly name: string;
  readonly target: { readonly numerator: number; readonly denominator: number };
  /** length of the rolling window; ms */
  readonly windowMs: number;
  /** null: a success objective; else the share of successful journeys that took at most this long; ms */
  readonly withinMs: number | null;
  /** a tier fires only when its long window holds at least this many bad journeys */
  readonly minBadEvents: { readonly page: number; readonly ticket: number };
}

/** What a compensation after success does to the budget. */
export type Compensation = "keep" | "exclude" | "bad" | "good";

/** A kind of journey. */
export interface Definition {
  readonly name: string;
  /** hash of everything that changes how journeys fold; 8 hex digits */
  readonly version: string;
  /** the kind of key its journeys are about */
  readonly subject: string;
  readonly owner: string;
  /** what the caller saw; empty when the definition names no entry */
  readonly entry: readonly Matcher[];
  readonly steps: readonly Step[];
  /** name of the step that starts the clock */
  readonly start: string;
  /** name of the step that means success */
  readonly succeeds: string;
  readonly fails: readonly Matcher[];
  readonly compensates: readonly Matcher[];
  readonly compensation: Compensation;
  /** deadline, counted from `startedAt`; ms */
  readonly timeoutMs: number;
  readonly objectives: readonly Objective[];
}

/** One version of a message schema. */
export interface ContractVersion {
  readonly version: string;
  /** ISO date from which it is deprecated, or null */
  readonly deprecated: string | null;
  /** ISO date on which it will be gone, or null */
  readonly sunset: string | null;
}

/** A message schema with an owner, its versions and its declared users. */
export interface Contract {
  readonly name: string;
  readonly owner: string;
  readonly versions: readonly ContractVersion[];
  readonly producers: readonly string[];
  readonly consumers: readonly string[];
}

/** How long raw facts, journeys and dead letters are kept; days. */
export interface Retention {
  readonly hopsDays: number;
  readonly journeysDays: number;
  readonly deadLettersDays: number;
}

/** The whole of `waybill.yaml`. */
export interface Definitions {
  /** by authority, highest first */
  readonly keys: readonly KeyKind[];
  /** per tag: the attribute names to look under, first match wins */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly journeys: readonly Definition[];
  readonly contracts: readonly Contract[];
  readonly retention: Retention;
  readonly limits: {
    /** a hop with more subjects than this is a hub: one line in each, never walked through */
    readonly hubSubjects: number;
  };
}
