/**
 * Plan: what to look for on a hop, worked out once from the definitions.
 *
 *   Definitions → [plan] → extract
 *
 * Pure. Says by name which attributes can make a key, decide a matcher or fill a tag, so that a batch is searched by
 * numbers and only the few rows that matter become objects.
 */
import type { Hop } from "../collector/hop.ts";
import { sourcesOf } from "./aliases.ts";
import type { Definitions, KeyKind, Matcher } from "./definitions.ts";
import { matches } from "./match.ts";

/** What extraction looks for. */
export interface Plan {
  readonly kinds: readonly KeyKind[];
  /** attributes that may hold a key */
  readonly keyNames: ReadonlySet<string>;
  /** attributes of a hop or its resource of which the earliest value counts */
  readonly tagNames: ReadonlySet<string>;
  /** all attributes that folding looks at */
  readonly foldNames: ReadonlySet<string>;
  /** attributes of an event that may say why a span failed: one of its own, or a log written in it */
  readonly errorNames: ReadonlySet<string>;
  /** whether a log body may hold a key */
  readonly readsBodies: boolean;
  /**
   * Whether a hop like this, of the same kind, service, name, span kind and status, can matter to a definition:
   * `maybe` depends on what else it says.
   */
  readonly mattering: (like: Hop) => "never" | "maybe" | "always";
  /** Whether this very hop matters to a definition. */
  readonly matters: (hop: Hop) => boolean;
}

const EXCEPTION_NAMES = ["exception.message", "exception.type"];

/** What facts.ts reads of any hop: the answer that a caller got, and what went wrong. */
const FOLD_NAMES = ["http.response.status_code", "error.message", "error.type", ...EXCEPTION_NAMES];

/** The plan for these definitions. */
export function planOf({ keys, tags, journeys }: Definitions): Plan {
  const matchers = journeys.flatMap(({ entry, steps, fails, compensates }) => [
    ...entry,
    ...steps.flatMap((step) => step.match),
    ...fails,
    ...compensates,
  ]);
  const tagNames = [...tags.values()].flat().flatMap(sourcesOf);
  const matched = matchers.flatMap(({ attributes }) => [...(attributes?.keys() ?? [])]);
  const plain = matchers.filter(isPlain);
  const loose = matchers.map(loosened);
  return {
    kinds: keys,
    keyNames: new Set(keys.flatMap(({ from }) => from.flatMap(namesIn))),
    tagNames: new Set(tagNames),
    foldNames: new Set([...tagNames, ...[...matched, ...FOLD_NAMES].flatMap(sourcesOf)]),
    errorNames: new Set(EXCEPTION_NAMES),
    readsBodies: keys.some(({ from }) => from.some((source) => source.kind === "body")),
    mattering: (like) => (matches(plain, like) ? "always" : matches(loose, like) ? "maybe" : "never"),
    matters: (hop) => matches(matchers, hop),
  };
}

function namesIn(source: KeyKind["from"][number]): string[] {
  if (source.kind === "pointer") return [source.attribute];
  return source.kind === "body" ? [] : [source.name];
}

/** Needs no attribute and no body to be decided. */
function isPlain({ attributes, log }: Matcher): boolean {
  return attributes === undefined && log === undefined;
}

/** Accepts all that the matcher may accept, whatever attributes and body say. */
function loosened({ attributes, log, ...rest }: Matcher): Matcher {
  return log === undefined ? rest : { ...rest, log: { source: "", find: () => "" } };
}
