/**
 * Keys: the `keys` and `tags` sections of `waybill.yaml`.
 *
 *   page → [keys] → journeys → Definitions
 *
 * Pure. Order is authority, so it is kept as written.
 */
import type { KeyKind, KeySource } from "./definitions.ts";
import { complain, type Page, read, valueAt } from "./yaml_page.ts";
import { Entries, WrittenKey, WrittenTag } from "./yaml_schema.ts";

/** What senders call an order or a correlation id when nobody told us; the names seen in the wild. */
const DEFAULT_KEYS: readonly KeyKind[] = [
  byDefault("order.id", ["order_id", "orderId", "app.order.id", "demo.order.id"], "orderid"),
  byDefault("correlation.id", ["correlation_id", "correlationId", "x-correlation-id"], "correlationid"),
];

function byDefault(kind: string, aliases: readonly string[], extension: string): KeyKind {
  const names = [kind, ...aliases].map((name): KeySource => ({ kind: "attribute", name }));
  return { kind, role: "identifies", many: false, from: [...names, { kind: "cloudevent", name: extension }] };
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

/** `keys`, by authority; the usual names for order and correlation ids when the section is absent. */
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
  return { kind, role, many, from: from.map(keySource) };
}

function keySource({ attribute = "", pointer, cloudevent, body }: WrittenKey["from"][number]): KeySource {
  if (cloudevent !== undefined) return { kind: "cloudevent", name: cloudevent };
  if (body !== undefined) return { kind: "body", pattern: body };
  return pointer === undefined
    ? { kind: "attribute", name: attribute }
    : { kind: "pointer", attribute, pointer };
}
