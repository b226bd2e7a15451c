/**
 * OpenSLO terms: its words for windows, targets and burn alerts, and ours.
 *
 *   [terms] → import, export
 *
 * Pure. What has no counterpart is refused with the reason; what changes a little is noted.
 */
import { z } from "zod";
import type { ObjectiveWindow, TierOverride } from "../ingest/definitions.ts";
import { TIER_NAMES } from "../ingest/yaml_objectives.ts";
import { isTree, type Tree } from "./difference.ts";
import type { Policy } from "./openslo_bundle.ts";
import { refuse } from "./openslo_documents.ts";
import { renderWindow } from "./phrase.ts";
import { decimalOf, percentOf } from "./written.ts";

/** Where an SLO says which burn tiers it has, for OpenSLO knows no condition of two windows. */
export const TIERS_ANNOTATION = "waybill/burn-tiers";

/** The four tiers as they are. */
const USUAL = "google-30d";

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440, w: 10_080 };
const MONTHS: Readonly<Record<string, number>> = { M: 1, Q: 3, Y: 12 };
const UNITS = new Map([
  [1, "month"],
  [3, "quarter"],
  [12, "year"],
] as const);

const Window = z.object({
  duration: z.string(),
  isRolling: z.boolean().optional(),
  calendar: z.object({ startTime: z.string(), timeZone: z.string() }).optional(),
});

/** Minutes of a duration shorthand, `5m`; its postfixes tell m from M. @throws {Failure} `bad_request` */
export function minutesOf(text: string, where: string): number {
  const [, count, postfix = ""] = /^(\d{1,6})([mhdwMQY])$/.exec(text) ?? [];
  if (count === undefined)
    return refuse([`${where}: "${text}" is no duration such as 5m, 1h, 28d, 4w, 1M, 1Q, 1Y`]);
  const minutes = MINUTES[postfix];
  if (minutes === undefined)
    return refuse([`${where}: ${text} is a time of the calendar, and varies in length`]);
  return Number(count) * minutes;
}

/** The window as `waybill.yaml` says it. @throws {Failure} `bad_request` when there is none like it */
export function windowFrom(timeWindow: unknown, where: string): unknown {
  const { duration, isRolling, calendar } = Window.parse(timeWindow);
  const place = `${where}, timeWindow`;
  if (calendar === undefined) {
    if (isRolling === false) return refuse([`${place}: is not rolling, but has no calendar`]);
    if (/[MQY]$/.test(duration))
      return refuse([`${place}: ${duration} needs a calendar: rolling windows are of days and weeks`]);
    const minutes = minutesOf(duration, place);
    if (minutes % 1_440 !== 0)
      return refuse([
        `${place}: ${duration} is ${minutes} minutes, and windows are whole days (m is minutes, M months)`,
      ]);
    return `${minutes / 1_440}d`;
  }
  if (isRolling === true) return refuse([`${place}: is rolling, and has a calendar`]);
  const [, count, postfix = ""] = /^(\d{1,3})([MQY])$/.exec(duration) ?? [];
  const unit = [...UNITS].find(([months]) => months === Number(count) * (MONTHS[postfix] ?? Number.NaN))?.[1];
  if (unit === undefined)
    return refuse([`${place}: ${duration} of a calendar is not a month, a quarter or a year (1M, 1Q, 1Y)`]);
  const starts = /^\d{4}-(\d\d)-01[T ]00:00(:00)?$/.exec(calendar.startTime)?.[1];
  const isFirst =
    starts !== undefined && (Number(starts) - 1) % (unit === "year" ? 12 : unit === "quarter" ? 3 : 1) === 0;
  if (!isFirst) return refuse([`${place}: ${calendar.startTime} is not when a ${unit} begins`]);
  return calendar.timeZone === "UTC" ? unit : { calendar: unit, time_zone: calendar.timeZone };
}

/** The window as OpenSLO says it. */
export function windowTo(window: ObjectiveWindow): Tree {
  if (window.kind === "rolling") return { duration: renderWindow(window.lengthMs), isRolling: true };
  const duration = { month: "1M", quarter: "1Q", year: "1Y" }[window.unit];
  const calendar = { startTime: "2020-01-01 00:00:00", timeZone: window.timeZone };
  return { duration, isRolling: false, calendar };
}

/** `99.5%` from `target: 0.995` or `targetPercent: 99.5`, by their digits. @throws {Failure} `bad_request` */
export function targetFrom({ target, targetPercent }: Tree, where: string): string {
  if ((target === undefined) === (targetPercent === undefined))
    return refuse([`${where}: needs either target or targetPercent`]);
  const [whole, decimals = ""] = digitsOf(target ?? targetPercent, where).split(".");
  const unit = target === undefined ? 100 : 1;
  return percentOf({ numerator: Number(`${whole}${decimals}`), denominator: unit * 10 ** decimals.length });
}

function digitsOf(value: unknown, where: string): string {
  const text = /e-/.test(String(value)) ? Number(value).toFixed(11).replace(/0+$/, "") : String(value);
  return /^\d{1,6}(\.\d{1,11})?$/.test(text)
    ? text
    : refuse([`${where}: ${text} has more digits than can be kept`]);
}

/** Severities by which others name what can wait. */
const CAN_WAIT = /^(ticket|warn(ing)?|low|info|minor|sev[3-9]|p[3-9])$/i;

function severityOf(name: string): "page" | "ticket" {
  return CAN_WAIT.test(name) ? "ticket" : "page";
}

/** The tiers as `waybill.yaml` says them: by annotation, by alert policies, or none: the usual four. */
export function tiersFrom(annotation: unknown, policies: readonly Policy[], where: string): Tree {
  const own = Object.fromEntries(
    policies.map((policy) => tierFrom(policy, where)).filter((tier) => tier !== null),
  );
  if (annotation !== undefined) return { ...tiersSaid(String(annotation), where), ...own };
  if (policies.length === 0) return {};
  return { ...Object.fromEntries(TIER_NAMES.map((name) => [name, "off"])), ...own };
}

function tiersSaid(annotation: string, where: string): Tree {
  if (annotation === USUAL) return {};
  try {
    const said: unknown = JSON.parse(annotation);
    if (isTree(said)) return said;
  } catch {
    // told below, as whatever else is no mapping
  }
  return refuse([`${where}: ${TIERS_ANNOTATION} takes ${USUAL} or the tiers of waybill.yaml as JSON`]);
}

const Condition = z.object({
  severity: z.string(),
  condition: z.object({
    kind: z.string().default("burnrate"),
    op: z.string().default("gt"),
    threshold: z.number(),
    lookbackWindow: z.string(),
    alertAfter: z.string().default("0m"),
  }),
});

/** A condition of one window; null when its policy does not alert on a breach. */
function tierFrom({ body, condition }: Policy, where: string): [string, Tree] | null {
  if (body.spec["alertWhenBreaching"] === false) return null;
  const name = String(condition.body.metadata["name"]);
  const place = `${where}, AlertCondition ${name}`;
  const { severity, condition: said } = Condition.parse(condition.body.spec);
  if (said.kind !== "burnrate") refuse([`${place}: kind "${said.kind}" is not burnrate`]);
  if (!said.op.startsWith("gt"))
    refuse([
      `${place}: op ${said.op} would alert while little burns; a breach is gt, whatever OpenSLO's examples say`,
    ]);
  const long = renderWindow(minutesOf(said.lookbackWindow, place) * 60_000);
  const after = minutesOf(said.alertAfter, place);
  const wakes = severityOf(severity);
  const tier = {
    severity: wakes,
    burn: digitsOf(said.threshold, place),
    long,
    short: long,
    ...(after > 0 && { after: renderWindow(after * 60_000) }),
    ...(severity !== wakes && { labels: { severity } }),
  };
  return [tierName(name), tier];
}

/** A name that `waybill.yaml` takes and that is not one of the four. */
function tierName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 90);
  return /^[A-Za-z]/.test(plain) && !TIER_NAMES.some((known) => known === plain) ? plain : `own-${plain}`;
}

/** What an objective's tiers are in OpenSLO. */
export interface ExportedTiers {
  readonly policies: readonly Policy[];
  /** null: the policies say it all */
  readonly annotation: string | null;
}

/** Conditions of one window become alert policies; whatever else there is goes into an annotation. */
export function tiersTo(tiers: readonly TierOverride[], written: Tree): ExportedTiers {
  const single = tiers.filter(isSingle);
  const rest = Object.entries(written).filter(([name]) => !single.some((tier) => tier.name === name));
  const isUsual = rest.length === 0;
  const isOff = rest.length === TIER_NAMES.length && TIER_NAMES.every((name) => written[name] === "off");
  const annotation = (single.length === 0 && isUsual) || (single.length > 0 && isOff) ? null : rest;
  return {
    policies: single.map(policyOf),
    annotation: annotation && (isUsual ? USUAL : JSON.stringify(Object.fromEntries(annotation))),
  };
}

function isSingle({ name, enabled, severity, burn, budget, longMs, shortMs, labels }: TierOverride): boolean {
  const label = labels.get("severity") ?? severity ?? "";
  const isTold = labels.size === 0 || (labels.size === 1 && labels.has("severity") && label !== severity);
  const isOneWindow = burn !== null && budget === null && longMs !== null && longMs === shortMs;
  return enabled && isOneWindow && isTold && severityOf(label) === severity && tierName(name) === name;
}

function policyOf({ name, severity, burn, longMs, afterMs, labels }: TierOverride): Policy {
  const condition = {
    kind: "burnrate",
    op: "gt",
    threshold: Number(burn === null ? 0 : decimalOf(burn)),
    lookbackWindow: renderWindow(longMs ?? 0),
    alertAfter: afterMs === 0 ? "0m" : renderWindow(afterMs),
  };
  return {
    ref: false,
    body: {
      metadata: { name },
      spec: { alertWhenNoData: false, alertWhenResolved: true, alertWhenBreaching: true },
    },
    condition: {
      ref: false,
      body: { metadata: { name }, spec: { severity: labels.get("severity") ?? severity, condition } },
    },
    targets: [],
  };
}
