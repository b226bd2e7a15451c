/**
 * Keys: the `keys` and `tags` sections of `waybill.yaml`.
 *
 *   page → [keys] → journeys → Definitions
 *
 * Pure. Order is authority, so it is kept as written.
 */
import { namesOf } from "./aliases.ts";
import type { KeyKind, KeySource } from "./definitions.ts";
import { complain, type Page, read, valueAt } from "./yaml_page.ts";
import { Entries, WrittenKey, WrittenTag } from "./yaml_schema.ts";

/** Names seen in the wild that no spelling of the kind itself gives. */
const ALSO: ReadonlyMap<string, readonly string[]> = new Map([
  ["correlation.id", ["x-correlation-id", "http.request.header.x-correlation-id"]],
]);

/** The kinds there are when the section is absent. */
const DEFAULT_KEYS: readonly KeyKind[] = ["order.id", "correlation.id"].map((kind) => ({
  kind,
  role: "identifies",
  many: false,
  from: usualSources(kind),
}));

/** Where a kind is looked for when nobody says: its name as people spell it, and as a CloudEvents extension. */
function usualSources(kind: string): KeySource[] {
  const words = kind.split(/[._-]+/);
  const camel = words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  const names = [
    kind,
    words.join("_"),
    camel.join(""),
    `app.${kind}`,
    `demo.${kind}`,
    ...(ALSO.get(kind) ?? []),
  ];
  const extension = words.join("").toLowerCase();
  const extensions = /^[a-z0-9]+$/.test(extension) ? [extension] : [];
  return [
    ...[...new Set(names)].map((name): KeySource => ({ kind: "attribute", name })),
    ...extensions.map((name): KeySource => ({ kind: "cloudevent", name })),
  ];
}

/** The declared kinds that could be read, and the role of every declared kind (null: it could not be read). */
export interface Keys {
  readonly kinds: readonly KeyKind[];
  readonly roles: ReadonlyMap<string, KeyKind["role"] | null>;
}

/** The names of a section's entries; names that may not be given are problems on the page. */
export function entryNames(page: Page, section: string): string[] {
  read(page, [section], Entries);
  const written = valueAt(page, [section]);
  return typeof written === "object" && !Array.isArray(written) ? Object.keys(written ?? {}) : [];
}

/** `keys`, by authority; order and correlation ids when the section is absent. */
export function readKeys(page: Page): Keys {
  const names = entryNames(page, "keys");
  const found = names.map((kind) => ({ kind, written: read(page, ["keys", kind], WrittenKey) }));
  for (const kind of names) {
    if (kind === "trace")
      complain(page, ["keys", kind], '"trace" is how a trace id is looked up: choose another name');
  }
  const declared = found.flatMap(({ kind, written }) => (written ? [keyKind(kind, written)] : []));
  const kinds = valueAt(page, ["keys"]) === undefined ? DEFAULT_KEYS : declared;
  const unread = found.filter(({ written }) => !written).map(({ kind }) => [kind, null] as const);
  return { kinds, roles: new Map([...kinds.map(({ kind, role }) => [kind, role] as const), ...unread]) };
}

/** `tags`: per tag the attribute names to look under. */
export function readTags(page: Page): Map<string, readonly string[]> {
  const tags = new Map<string, readonly string[]>();
  for (const name of entryNames(page, "tags")) tags.set(name, read(page, ["tags", name], WrittenTag) ?? []);
  return tags;
}

function keyKind(kind: string, { role, many, from }: WrittenKey): KeyKind {
  return { kind, role, many, from: from?.flatMap(keySources) ?? usualSources(kind) };
}

/** One source per name that an attribute goes by, so that reading keys, which every hop pays for, looks up no alias. */
function keySources({ attribute = "", pointer, cloudevent, body }: WrittenSource): KeySource[] {
  if (cloudevent !== undefined) return [{ kind: "cloudevent", name: cloudevent }];
  if (body !== undefined) return [{ kind: "body", pattern: body }];
  return namesOf(attribute).map((name) =>
    pointer === undefined ? { kind: "attribute", name } : { kind: "pointer", attribute: name, pointer },
  );
}

type WrittenSource = NonNullable<WrittenKey["from"]>[number];
