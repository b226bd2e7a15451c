/**
 * Schema: the shape of `waybill.yaml`, section by section.
 *
 *   page → [schema] → keys, journeys → Definitions
 *
 * Pure. Knows what each part may look like on its own; yaml_keys.ts and yaml_journeys.ts check names against each other.
 */
import { z } from "zod";
import { WrittenExclusions, WrittenObjective } from "./yaml_promise.ts";
import {
  BodyMatch,
  Count,
  Day,
  DurationDays,
  DurationMs,
  Flag,
  Name,
  NameWithStars,
  Text,
  ValueFromBody,
} from "./yaml_scalars.ts";
import { exactly, oneOrMany, orEmpty } from "./yaml_shapes.ts";

/** What may follow `entry:`, a step's name, `fails:` and `compensates:`. */
const MATCHER_PARTS = {
  service: NameWithStars.optional(),
  span: NameWithStars.optional(),
  event: NameWithStars.optional(),
  log: BodyMatch.optional(),
  cloudevent: NameWithStars.optional(),
  kind: z.enum(["internal", "server", "client", "producer", "consumer"]).optional(),
  status: z.enum(["ok", "error", "unset"]).optional(),
  attributes: z
    .record(Text, NameWithStars, "must be a mapping of attribute names to values")
    .transform((values) => new Map(Object.entries(values)))
    .optional(),
};

const Matcher = exactly(MATCHER_PARTS);
const Matchers = oneOrMany(Matcher);

/** A matcher as written, names not yet checked. */
export type WrittenMatcher = z.output<typeof Matcher>;

/** A step: a matcher and what else is to be said of it; `match` holds several, a bare list stands for that. */
const Step = z.preprocess(
  (value) => (Array.isArray(value) ? { match: value } : value),
  exactly({
    ...MATCHER_PARTS,
    match: Matchers.optional(),
    owner: Text.optional(),
    after: oneOrMany(Name, 0).optional(),
    optional: Flag.default(false),
    within: DurationMs.nullable().default(null),
  }),
);

/** A step as written. */
export type WrittenStep = z.output<typeof Step>;

/** One entry of `journeys`. */
export const WrittenJourney = exactly({
  subject: Name,
  owner: Text,
  entry: Matchers.default([]),
  steps: z.record(Name, Step, "must be a mapping of step names to matchers"),
  starts: Name.optional(),
  succeeds: Name.optional(),
  fails: Matchers.default([]),
  compensates: Matchers.default([]),
  compensation: z.enum(["keep", "exclude", "bad", "good"]).default("keep"),
  timeout: DurationMs.prefault("15m"),
  objectives: z.array(WrittenObjective, "must be a list of objectives").default([]),
  exclusions: WrittenExclusions,
});
export type WrittenJourney = z.output<typeof WrittenJourney>;

/** RFC 6901: "" for the whole document, else `/name/0/…` with `~0` for `~` and `~1` for `/`. */
const Pointer = z
  .string("must be text")
  .regex(/^(\/([^~/]|~[01])*)*$/, "must be a JSON pointer such as /meta/id (~0 for ~, ~1 for /)");

const KeySource = z.preprocess(
  (value) => (typeof value === "string" ? { attribute: value } : value),
  exactly({
    attribute: Text.optional(),
    pointer: Pointer.optional(),
    cloudevent: z
      .string("must be text")
      .regex(/^[a-z0-9]+$/, "CloudEvents attribute names are lowercase letters and digits")
      .optional(),
    body: ValueFromBody.optional(),
  })
    .refine((s) => [s.attribute, s.cloudevent, s.body].filter((given) => given !== undefined).length === 1, {
      error: "needs exactly one of attribute, cloudevent, body",
    })
    .refine((s) => s.pointer === undefined || s.attribute !== undefined, {
      error: "pointer needs the attribute that holds the JSON",
    }),
);

/** One entry of `keys`. */
export const WrittenKey = exactly({
  role: z.enum(["identifies", "shared"]),
  from: oneOrMany(KeySource).optional(),
  many: Flag.default(false),
});
export type WrittenKey = z.output<typeof WrittenKey>;

/** One entry of `tags`: attribute names, first match wins. */
export const WrittenTag = oneOrMany(Text);

const ContractVersion = orEmpty(
  exactly({ deprecated: Day.nullable().default(null), sunset: Day.nullable().default(null) }).refine(
    ({ deprecated, sunset }) => deprecated === null || sunset === null || deprecated <= sunset,
    "must be deprecated before its sunset, or nobody is warned",
  ),
);

/** One entry of `contracts`. */
export const WrittenContract = exactly({
  owner: Text,
  versions: z
    .record(Text, ContractVersion, "must be a mapping of versions")
    .refine((versions) => Object.keys(versions).length > 0, "needs at least one version"),
  producers: oneOrMany(Text).default([]),
  consumers: oneOrMany(Text).default([]),
});

/** `retention`. */
export const WrittenRetention = orEmpty(
  exactly({
    hops: DurationDays.prefault("30d"),
    journeys: DurationDays.prefault("400d"),
    dead_letters: DurationDays.prefault("30d"),
  }),
);

/** `limits`. */
export const WrittenLimits = orEmpty(
  exactly({ hub_subjects: Count.prefault("100"), clock_ahead: DurationMs.prefault("1d") }),
);

/** A part of the shape that is agreed on but not built yet: it may be there, empty. */
const NotYet = orEmpty(
  z
    .record(z.string(), z.unknown(), "must be a mapping")
    .refine((section) => Object.keys(section).length === 0, "is not supported yet: leave it empty or out"),
);

/** The file as a whole, its sections still unread. */
export const WrittenFile = exactly({
  version: z.enum(["1"]).default("1"),
  keys: z.unknown().optional(),
  tags: z.unknown().optional(),
  journeys: z.unknown().optional(),
  contracts: z.unknown().optional(),
  retention: z.unknown().optional(),
  limits: z.unknown().optional(),
  privacy: NotYet,
  notify: z.unknown().optional(),
});

/** A section that is a mapping of names one may choose to entries; its entries still unread. */
export const Entries = orEmpty(z.record(Name, z.unknown(), "must be a mapping of names to entries"));
