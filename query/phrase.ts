/**
 * Phrase: numbers, times and senders' words as plain English.
 *
 *   [phrase] → headline, story, page
 *
 * Pure. Whatever a sender wrote comes out on one line, without control or direction-changing characters, and short:
 * a span name must not be able to forge a line of the story. Knows nothing of journeys.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NS_PER_MS = 1_000_000n;

/** Nanoseconds between two moments as milliseconds; negative when `toNs` is the earlier one. */
export function elapsedMs(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e6;
}

/**
 * A length of time in at most two units, as a person would say it: `85 ms`, `3.2 s`, `4 min 12 s`, `3 h 20 min`, `2 d`.
 *
 * @param ms  any number; the sign is dropped, for "before" and "after" are words
 */
export function renderDuration(ms: number): string {
  const length = Math.abs(ms);
  if (!Number.isFinite(length)) return "an unknown time";
  if (length < 0.95) return length === 0 ? "0 ms" : "less than 1 ms";
  if (length < 999.5) return `${Math.round(length)} ms`;
  if (length < MINUTE_MS - 50) return `${(length / SECOND_MS).toFixed(1)} s`;
  if (length < HOUR_MS - 500)
    return inTwoUnits(length, { ms: MINUTE_MS, unit: "min" }, { ms: SECOND_MS, unit: "s" });
  if (length < 2 * DAY_MS)
    return inTwoUnits(length, { ms: HOUR_MS, unit: "h" }, { ms: MINUTE_MS, unit: "min" });
  return inTwoUnits(length, { ms: DAY_MS, unit: "d" }, { ms: HOUR_MS, unit: "h" });
}

/** How far a moment lies from another: `3.2 s after`, or `30.0 s before` when it is the earlier one. */
export function renderApart(fromNs: bigint, atNs: bigint): string {
  return `${renderDuration(elapsedMs(fromNs, atNs))} ${atNs < fromNs ? "before" : "after"}`;
}

interface Unit {
  readonly ms: number;
  readonly unit: string;
}

function inTwoUnits(ms: number, big: Unit, small: Unit): string {
  const smalls = Math.round(ms / small.ms);
  const perBig = big.ms / small.ms;
  const rest = smalls % perBig;
  const whole = `${Math.floor(smalls / perBig)} ${big.unit}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small.unit}`;
}

/** RFC 3339, UTC, nine decimals. A moment outside 1970–9999 is shown as the nearest one inside. */
export function renderTime(ns: bigint): string {
  const inside = ns < 0n ? 0n : ns > LAST_NS ? LAST_NS : ns;
  const iso = new Date(Number(inside / NS_PER_MS)).toISOString();
  return `${iso.slice(0, -1)}${String(inside % NS_PER_MS).padStart(6, "0")}Z`;
}

const LAST_NS = BigInt(Date.UTC(9999, 11, 31, 23, 59, 59, 999)) * NS_PER_MS;

/** Day in UTC: `2026-11-23`. */
export function renderDay(ns: bigint): string {
  return renderTime(ns).slice(0, 10);
}

/** Time of day in UTC, `10:02:11 UTC`; with the day in front when it is another day than that of `besideNs`. */
export function renderClock(ns: bigint, besideNs: bigint): string {
  const day = renderDay(ns);
  const clock = `${renderTime(ns).slice(11, 19)} UTC`;
  return day === renderDay(besideNs) ? clock : `${day} ${clock}`;
}

const LENGTH_MAX = 160;
// C0, DEL, C1, soft hyphen, zero-width, line separators, direction marks and overrides, byte order mark.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** A sender's text as one short printable line. */
export function plain(text: string): string {
  const line = text.replace(INVISIBLE, " ").replace(/\s+/g, " ").trim();
  if (line.length <= LENGTH_MAX) return line;
  return `${[...line.slice(0, LENGTH_MAX)].slice(0, -1).join("")}…`;
}

/** A service by its name. */
export function who(service: string): string {
  return plain(service) || "an unnamed service";
}

/** A name in code quotes; the page shows them as such. */
export function quote(name: string): string {
  return `\`${plain(name).replaceAll("`", "'")}\``;
}

/** `a`, `a and b`, `a, b and c`; beyond `most` items `a, b and 7 others`. */
export function renderList(items: readonly string[], most = 5): string {
  const shown =
    items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} others`] : items;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** `1 fact`, `3 facts`. */
export function renderCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The text with a full stop, unless it has one. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What a kind of key names: `order.id` an `order`, `package.id` a `package`. */
export function noun(kind: string): string {
  return words(kind.replace(/[._-]id$/, ""));
}

// Step names are the team's own words; most are past participles ("shipped"), and then English is easy.
const PARTICIPLE =
  /^[a-z]+(ed|en)$|^(paid|sent|made|built|bought|sold|done|put|set|cut|shut|left|lost|found|held|kept|begun)$/;

/** Whether a step's name can follow "was". */
export function isParticiple(step: string): boolean {
  return PARTICIPLE.test(step);
}

/** What happened at a step: `was shipped`, or ``reached `capture-payment` ``. */
export function renderVerb(step: string): string {
  return isParticiple(step) ? `was ${step}` : `reached ${quote(step)}`;
}

/** A kind of key as words: `correlation.id` is a `correlation id`. */
export function words(kind: string): string {
  return plain(kind.replace(/[._-]+/g, " "));
}
