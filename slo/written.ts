/**
 * Written: an objective as it would be written in `waybill.yaml`, defaults left out.
 *
 *   Objective → [written] → OpenSLO export
 *
 * Pure. Reading it back gives the same objective.
 */
import type { Exclusion, Fraction, Objective, ObjectiveWindow, TierOverride } from "../ingest/definitions.ts";
import { renderRecurrence } from "../ingest/rrule.ts";
import type { Tree } from "./difference.ts";
import { renderWindow } from "./phrase.ts";

/** Everything that an objective says, by the names of `waybill.yaml`. */
export function writeObjective(objective: Objective): Tree {
  const { title, description, measure, where, tiers, exclusions, openslo, labels } = objective;
  return withoutDefaults({
    name: objective.name,
    title,
    description,
    target: percentOf(objective.target),
    window: windowOf(objective.window),
    step: measure.kind === "step" ? measure.step : null,
    within: measure.kind === "success" ? null : renderWindow(measure.withinMs),
    where: Object.fromEntries(
      [...where].map(([tag, values]) => [tag, values.length === 1 ? values[0] : values]),
    ),
    tiers: Object.fromEntries(tiers.map((tier) => [tier.name, tierOf(tier)])),
    min_bad_events: changed(objective.minBadEvents, { page: 2, ticket: 1 }),
    severities: changed(objective.severities, { page: "critical", ticket: "warning" }),
    labels: Object.fromEntries(labels),
    expect_traffic: objective.expectTraffic && {
      min: objective.expectTraffic.min,
      per: renderWindow(objective.expectTraffic.perMs),
    },
    exclusions: exclusions.map(exclusionOf),
    openslo,
  });
}

/** `99.5%`, digit by digit. */
export function percentOf({ numerator, denominator }: Fraction): string {
  return `${shift(numerator, String(denominator).length - 3)}%`;
}

/** `0.995`, digit by digit. */
export function decimalOf({ numerator, denominator }: Fraction): string {
  return shift(numerator, String(denominator).length - 1);
}

/** A whole number with its point so many digits from the right, without zeros that say nothing. */
function shift(whole: number, digits: number): string {
  if (digits <= 0) return String(whole * 10 ** -digits);
  const text = String(whole).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, "");
}

function windowOf(window: ObjectiveWindow): unknown {
  if (window.kind === "rolling") return renderWindow(window.lengthMs);
  return window.timeZone === "UTC" ? window.unit : { calendar: window.unit, time_zone: window.timeZone };
}

function tierOf({
  enabled,
  severity,
  budget,
  burn,
  longMs,
  shortMs,
  afterMs,
  labels,
}: TierOverride): unknown {
  if (!enabled) return "off";
  return withoutDefaults({
    severity,
    budget: budget && percentOf(budget),
    burn: burn && decimalOf(burn),
    long: longMs && renderWindow(longMs),
    short: shortMs && renderWindow(shortMs),
    after: afterMs === 0 ? null : renderWindow(afterMs),
    labels: Object.fromEntries(labels),
  });
}

function exclusionOf({ mode, reason, author, when }: Exclusion): Tree {
  const time = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
  const stretch =
    when.kind === "once"
      ? { from: time(when.fromMs), to: time(when.toMs) }
      : {
          rrule: renderRecurrence(when.rule),
          starts: when.rule.starts,
          lasts: renderWindow(when.lengthMs),
          time_zone: when.rule.timeZone,
        };
  return { mode, ...stretch, reason, author };
}

function changed<T extends object>(said: T, usual: T): T | null {
  return JSON.stringify(said) === JSON.stringify(usual) ? null : said;
}

/** Without nulls, empty lists and empty mappings. */
function withoutDefaults(tree: Tree): Tree {
  const says = (value: unknown) =>
    value !== null && (typeof value !== "object" || Object.keys(value).length > 0);
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => says(value)));
}
