/**
 * Related: other subjects that this one touches, never merged with it.
 *
 *   stitch → [related] → lookup
 *
 * Pure.
 */
import type { Definitions } from "./definitions.ts";
import type { Graph } from "./graph.ts";
import { keyText } from "./keys.ts";
import type { Membership, Stitched } from "./stitch.ts";
import type { Subject } from "./subject.ts";
import type { Related } from "./told.ts";

/** What there is to look through. */
export interface Surroundings {
  readonly graph: Graph;
  readonly stitched: Stitched;
  readonly subjectKind: string;
  readonly subject: Subject;
  readonly memberships: readonly Membership[];
  /** the same hops as subjects of the other kinds that journeys are about have them */
  readonly elsewhere: readonly { readonly subjectKind: string; readonly stitched: Stitched }[];
}

/** Rules by which a hop tells of its own accord, or through its cause, whose it is. */
const TELLING = new Set(["key", "identifies", "cause"]);

/** Each related subject once, by how it is related; in order of kind and id. */
export function relatedOf(definitions: Definitions, around: Surroundings): Related[] {
  const found = new Map<string, Related>();
  const add = (related: Related) => {
    const { subject, relation } = related;
    if (subject.kind === around.subject.kind && subject.id === around.subject.id) return;
    found.set(`${subject.kind}\n${subject.id}\n${relation}`, related);
  };
  const about = new Set(definitions.journeys.map((definition) => definition.subject));
  const roles = new Map(definitions.keys.map((kind) => [kind.kind, kind.role]));
  const ranks = new Map(definitions.keys.map((kind, rank) => [kind.kind, rank]));
  const rankOf = (kind: string) => ranks.get(kind) ?? -1;
  for (const [kind, value] of keysOn(around.memberships)) {
    const key = keyText(kind, value);
    const role = roles.get(kind);
    if (about.has(kind) || role === "shared") add({ subject: { kind, id: value }, relation: "carries", key });
    if (kind === around.subjectKind) continue;
    const mayBeMany = role === "shared" || rankOf(kind) < rankOf(around.subjectKind);
    for (const id of holders(around, key)) {
      add({
        subject: { kind: around.subjectKind, id },
        relation: mayBeMany ? "shares" : "conflict",
        key,
      });
    }
  }
  const told = new Set([...found.values()].map(({ subject }) => keyText(subject.kind, subject.id)));
  for (const subject of alsoIn(around)) {
    const key = keyText(subject.kind, subject.id);
    if (!told.has(key)) add({ subject, relation: "same-hops", key });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, related]) => related);
}

/** The keys on hops that are not hubs: what a hub carries relates everything to everything. */
function keysOn(memberships: readonly Membership[]): [kind: string, value: string][] {
  return memberships
    .filter((membership) => !membership.hub)
    .flatMap(({ keys }) =>
      [...keys].flatMap(([kind, values]) => values.map((v): [string, string] => [kind, v])),
    );
}

/** The subjects that a key leads to by rules 1 to 3. */
function holders({ graph, stitched, subjectKind }: Surroundings, key: string): string[] {
  const carriers = new Set((graph.byKey.get(key) ?? []).map((at) => graph.nodes[at]?.hop.id));
  return [...stitched].flatMap(([text, members]) => {
    const holds = members.some(
      ({ hop, evidence }) => carriers.has(hop.id) && (evidence.rule === "key" || evidence.key === key),
    );
    return holds && text.startsWith(`${subjectKind}=`) ? [text.slice(subjectKind.length + 1)] : [];
  });
}

/** The subjects of other kinds that have hops of this one: an order's refund, also when no hop carries both ids. */
function alsoIn({ memberships, elsewhere }: Surroundings): Subject[] {
  const own = new Set(memberships.filter(({ hub }) => !hub).map(({ hop }) => hop.id));
  return elsewhere.flatMap(({ subjectKind, stitched }) =>
    [...stitched].flatMap(([text, members]) => {
      const isShared = members.some(
        ({ hop, hub, evidence }) => !hub && own.has(hop.id) && TELLING.has(evidence.rule),
      );
      return isShared && text.startsWith(`${subjectKind}=`)
        ? [{ kind: subjectKind, id: text.slice(subjectKind.length + 1) }]
        : [];
    }),
  );
}
