/**
 * Shapes: what the sections of `waybill.yaml` have in common: strict mappings, lists of one, sections left empty.
 *
 *   page → [shapes] → schema
 *
 * Pure.
 */
import { z } from "zod";

/** An object that takes these names and no other; each unknown name is a problem of its own, with the known ones. */
export function exactly<T extends z.ZodRawShape>(shape: T) {
  const unknown = z.custom<unknown>(() => false, { params: { known: Object.keys(shape) } });
  return z.object(shape, "must be a mapping of names to values").catchall(unknown);
}

/** A list, or one entry standing for a list of one. */
export function oneOrMany<T extends z.ZodType>(entry: T, least = 1) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(entry, "must be an entry or a list of entries").min(least, "must not be an empty list"),
  );
}

/** A section that may be left empty. */
export function orEmpty<T extends z.ZodType>(section: T) {
  return z.preprocess((value) => (value === undefined || value === "" ? {} : value), section);
}

/** `minBadEvents` is `min_bad_events`: who comes from OpenSLO or Prometheus tools writes it so. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `exactly`, with its names also in camelCase. */
export function inEitherCase<T extends z.ZodRawShape>(shape: T) {
  const nameOf = (name: string, holder: object) => {
    const snake = snakeCase(name);
    return Object.hasOwn(shape, snake) && !Object.hasOwn(holder, snake) ? snake : name;
  };
  return z.preprocess((value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [nameOf(name, value), inner]));
  }, exactly(shape));
}
