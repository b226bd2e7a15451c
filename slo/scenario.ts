/**
 * Scenario: the traffic that a simulation is about, read from JSON.
 *
 *   JSON → [scenario] → simulate
 *
 * Pure. Strict: a name nobody knows, or a count that is none, is refused by the path where it stands.
 */
import { z } from "zod";
import { Failure } from "../errors.ts";
import type { Fraction, ObjectiveWindow, TierOverride } from "../ingest/definitions.ts";
import { isTier, OWN_TIER, overrideOf, TIER_NAMES } from "../ingest/yaml_objectives.ts";
import { WrittenTiers, WrittenWindow } from "../ingest/yaml_promise.ts";
import { Target } from "../ingest/yaml_scalars.ts";
import { nearest } from "../nearest.ts";

/** More than any traffic, and few enough for ten years of them to be counted exactly. */
const COUNT_MAX = 100_000_000;

/** Ten years. */
const MINUTES_MAX = 5_256_000;

/** So many minutes with the same traffic in each. */
export interface Stretch {
  readonly minutes: number;
  /** journeys a minute */
  readonly good: number;
  readonly bad: number;
}

/** What is to be simulated: an objective, the traffic before minute 0, and that from then on. */
export interface Scenario {
  readonly target: Fraction;
  readonly window: ObjectiveWindow;
  readonly tiers: readonly TierOverride[];
  readonly minBadEvents: { readonly page: number; readonly ticket: number };
  /** minute 0; matters to calendar windows only; epoch ms UTC */
  readonly startsAtMs: number;
  readonly history: readonly Stretch[];
  readonly segments: readonly Stretch[];
}

const whole = (from: number, to: number) => {
  const error = `must be a whole number from ${from} to ${to}`;
  return z.int(error).min(from, error).max(to, error);
};

const Count = whole(0, COUNT_MAX);

const Stretches = z
  .array(z.strictObject({ minutes: whole(1, MINUTES_MAX), good: Count, bad: Count }, "must be an object"), {
    error: "must be a list of {minutes, good, bad}",
  })
  .refine(
    (all) => all.reduce((sum, { minutes }) => sum + minutes, 0) <= MINUTES_MAX,
    "is longer than ten years",
  );

const MinBadEvents = z.union(
  [
    whole(0, COUNT_MAX).transform((least) => ({ page: least, ticket: least })),
    z.strictObject({ page: Count.default(2), ticket: Count.default(1) }),
  ],
  { error: "must be a whole number from 0, or {page, ticket}" },
);

const Written = z
  .strictObject(
    {
      target: Target,
      window: WrittenWindow,
      history: Stretches.default([]),
      segments: Stretches,
      minBadEvents: MinBadEvents.default({ page: 2, ticket: 1 }),
      startsAt: z.iso
        .datetime({ offset: true, error: "must be a time such as 2026-03-01T00:00:00Z" })
        .transform((text) => Date.parse(text))
        .refine((ms) => ms % 60_000 === 0, "must be on a whole minute")
        .optional(),
      tiers: WrittenTiers.refine(
        (tiers) => Object.entries(tiers).every(([name, said]) => isTier(name, said)),
        `has a tier that is not one of ${TIER_NAMES.join(", ")}; ${OWN_TIER}`,
      ),
    },
    "must be an object",
  )
  .refine(({ window, startsAt }) => window.kind === "rolling" || startsAt !== undefined, {
    path: ["startsAt"],
    error: "is missing: a calendar window has to know which day it is",
  });

/**
 * Reads a scenario.
 *
 * @throws {Failure} `bad_request`, with one line per problem and the field it is about
 */
export function parseScenario(text: string): Scenario {
  const outcome = Written.safeParse(jsonOf(text), { reportInput: true });
  if (!outcome.success) throw new Failure("bad_request", outcome.error.issues.flatMap(linesOf).join("\n"));
  const { startsAt = 0, tiers, ...rest } = outcome.data;
  const overrides = Object.entries(tiers).map(([name, said]) => overrideOf(name, said));
  return { ...rest, startsAtMs: startsAt, tiers: overrides };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure("bad_request", `It is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function linesOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String).join("/");
  if (issue.code !== "unrecognized_keys")
    return [`${path === "" ? "it" : path} ${issue.input === undefined ? "is missing" : issue.message}`];
  const known = issue.path.length === 0 ? Object.keys(Written.shape) : ["minutes", "good", "bad"];
  return issue.keys.map((name) => {
    const meant = nearest(name, known);
    const hint = meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`;
    return `${[path, name].filter(Boolean).join("/")} is not known; ${hint}`;
  });
}
