/**
 * Journey: one definition × one subject, as its hops tell it.
 *
 *   fold → [Journey] → rows, answer, SLOs
 *
 * Types only.
 */
import type { Subject } from "./subject.ts";

/** Where a journey stands. `overdue` is an open journey whose deadline has passed: read off the clock, never stored. */
export type JourneyState = "open" | "overdue" | "succeeded" | "failed" | "compensated";

/** Where a step stands. `skipped`: optional and passed by, or made moot because the journey ended without it. */
export type StepState = "done" | "pending" | "overdue" | "skipped" | "failed";

/** One step of one journey. Times are nanoseconds since 1970 UTC. */
export interface JourneyStep {
  readonly name: string;
  readonly owner: string;
  readonly state: StepState;
  /** when it was reached, or failed; null while neither */
  readonly atNs: bigint | null;
  /** when it has to be reached, null when nothing says so */
  readonly dueNs: bigint | null;
  /** the hop that reached or failed it; its id, null also when that hop is no longer kept */
  readonly hopId: string | null;
}

/** What the caller of a journey got: the last hop that its definition's `entry` matches. */
export interface SeenByCaller {
  readonly atNs: bigint;
  readonly service: string;
  readonly name: string;
  readonly durationMs: number;
  /** HTTP status code as text when the hop says one, else the span status */
  readonly status: string;
  /** what went wrong in words, null when nothing did */
  readonly error: string | null;
  readonly hopId: string;
}

/** How a journey counts for the SLOs, once: in the minute of `atNs`. */
export interface Verdict {
  readonly atNs: bigint;
  readonly good: boolean;
  /** excluded journeys count on neither side */
  readonly excluded: boolean;
}

/** One definition × one subject, as its hops tell it at one moment. */
export interface Journey {
  readonly definition: string;
  readonly definitionVersion: string;
  readonly owner: string;
  readonly subject: Subject;
  readonly state: JourneyState;
  readonly startedNs: bigint;
  /** when it succeeded or failed; null while open or overdue. A later compensation does not move it */
  readonly endedNs: bigint | null;
  /** when its success was compensated; null when it was not, and when only its row remembers that it was */
  readonly compensatedNs: bigint | null;
  readonly deadlineNs: bigint;
  /** success after the deadline */
  readonly late: boolean;
  /** success after an earlier failure */
  readonly recovered: boolean;
  /** why it failed or is overdue, in words; null otherwise */
  readonly reason: string | null;
  /** the step that failed or is missing, when `reason` is given */
  readonly failedStep: string | null;
  readonly steps: readonly JourneyStep[];
  /** the earliest step still to come, null when none is */
  readonly next: { readonly step: string; readonly dueNs: bigint; readonly owner: string } | null;
  readonly seenByCaller: SeenByCaller | null;
  readonly tags: ReadonlyMap<string, string>;
  /** null while the journey counts on neither side yet */
  readonly verdict: Verdict | null;
}

/** How far a journey came, before its steps are told apart. Times are nanoseconds since 1970 UTC. */
export interface Course {
  readonly startedNs: bigint;
  readonly deadlineNs: bigint;
  readonly succeededNs: bigint | null;
  readonly failedNs: bigint | null;
  readonly compensatedNs: bigint | null;
  readonly state: JourneyState;
}
