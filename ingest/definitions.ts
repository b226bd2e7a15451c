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

/** An exact fraction of two whole numbers, in the digits it was written with: 99.5 % is 995 / 1000. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * What an objective counts. `success`: every journey, good when it succeeded in time. `latency`: the good ones of those,
 * good again when they took at most `withinMs`. `step`: every journey in which the step became due, good when it was
 * reached at most `withinMs` after the last step that it waits for.
 */
export type Measure =
  | { readonly kind: "success" }
  | { readonly kind: "latency"; readonly withinMs: number }
  | { readonly kind: "step"; readonly step: string; readonly withinMs: number };

/** The stretch that a target is kept over: the last so many days, or the running month, quarter or year of a place. */
export type ObjectiveWindow =
  | { readonly kind: "rolling"; readonly lengthMs: number }
  | {
      readonly kind: "calendar";
      readonly unit: "month" | "quarter" | "year";
      /** IANA name */
      readonly timeZone: string;
    };

/** Whom a tier wakes: a person now, or a person on a working day. */
export type Severity = "page" | "ticket";

/** What an objective says of a burn tier; null leaves it at the default. slo/tiers.ts fills in. */
export interface TierOverride {
  /** one of the four that every objective has, or a name of its own */
  readonly name: string;
  readonly enabled: boolean;
  readonly severity: Severity | null;
  /** share of the error budget that one long window may spend; at most one of `budget` and `burn` is given */
  readonly budget: Fraction | null;
  /** the burn rate itself */
  readonly burn: Fraction | null;
  /** whole minutes; ms */
  readonly longMs: number | null;
  /** whole minutes; equal to `longMs` it is no second condition; ms */
  readonly shortMs: number | null;
  /** how long it has to burn before it fires; ms */
  readonly afterMs: number;
  /** put on its alerts, over the objective's own */
  readonly labels: ReadonlyMap<string, string>;
}

/** A rule of the calendar, the part of RFC 5545 that ingest/rrule.ts reads; wall-clock time of a place. */
export interface Recurrence {
  readonly every: "day" | "week" | "month" | "year";
  /** every so many of them; count from 1 */
  readonly interval: number;
  /** weekdays from 1, Monday; with `nth` the nth of its month, negative from the end */
  readonly weekdays: readonly { readonly day: number; readonly nth: number | null }[];
  /** days of a month from 1; negative from the end */
  readonly monthDays: readonly number[];
  /** from 1 */
  readonly months: readonly number[];
  /** so many times in all */
  readonly count: number | null;
  /** none starts after this; epoch ms UTC */
  readonly untilMs: number | null;
  /** the first start, `2026-01-31T22:00`, and when it is on every later day */
  readonly starts: string;
  /** IANA name */
  readonly timeZone: string;
}

/**
 * Time that an objective treats differently. `exclude`: what counted in it counts on neither side. `mute_only`: it
 * counts, but nobody is notified.
 */
export interface Exclusion {
  readonly mode: "exclude" | "mute_only";
  readonly reason: string;
  readonly author: string;
  /** half-open, whole minutes; epoch ms UTC */
  readonly when:
    | { readonly kind: "once"; readonly fromMs: number; readonly toMs: number }
    | { readonly kind: "recurring"; readonly rule: Recurrence; readonly lengthMs: number };
}

/** A promise about a definition. */
export interface Objective {
  readonly name: string;
  /** for people; null when none was written */
  readonly title: string | null;
  readonly description: string | null;
  readonly measure: Measure;
  /** wanted share of good journeys, in (0, 1) */
  readonly target: Fraction;
  readonly window: ObjectiveWindow;
  /** only journeys whose tags have one of these values; every name has to fit */
  readonly where: ReadonlyMap<string, readonly string[]>;
  readonly tiers: readonly TierOverride[];
  /** a tier fires only when its long window holds at least this many bad journeys */
  readonly minBadEvents: { readonly page: number; readonly ticket: number };
  /** `severity` label of its alerts */
  readonly severities: { readonly page: string; readonly ticket: string };
  /** put on its alerts */
  readonly labels: ReadonlyMap<string, string>;
  /** fewer journeys than this in so long is an alert of its own; null: silence is nobody's business */
  readonly expectTraffic: { readonly min: number; readonly perMs: number } | null;
  /** its own and those of its definition */
  readonly exclusions: readonly Exclusion[];
  /** what an OpenSLO document said that Waybill has no word for, as YAML; given back at export */
  readonly openslo: string | null;
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

/** Somebody who is told. Secrets are not here: only the names of the environment variables that hold them. */
export interface NotifyTarget {
  /** http or https; either this or `urlEnv` is given */
  readonly url: string | null;
  readonly urlEnv: string | null;
  /** variable with a bearer token; null: none is sent */
  readonly bearerEnv: string | null;
  /** whether it may be in a private network, or on this machine */
  readonly allowPrivate: boolean;
  readonly severities: readonly Severity[];
}

/** Who is told when an objective burns. */
export interface Notify {
  /** where people reach this Waybill, for links; null: WAYBILL_PUBLIC_URL says so, or nobody does */
  readonly publicUrl: string | null;
  /** where the runbook is read: alerts lead to their headings in it; null: they lead nowhere */
  readonly runbookUrl: string | null;
  readonly alertmanagers: readonly NotifyTarget[];
  /** signed with the secret in that variable */
  readonly webhooks: readonly (NotifyTarget & { readonly secretEnv: string })[];
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
  readonly notify: Notify;
  readonly limits: {
    /** a hop with more subjects than this is a hub: one line in each, never walked through */
    readonly hubSubjects: number;
    /** how far a sender's clock may be ahead of ours before what it sends is refused; ms */
    readonly aheadMs: number;
  };
}
