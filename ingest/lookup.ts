/**
 * Lookup: a subject in, everything known about it out.
 *
 *   gather → stitch → fold → [lookup] → answer, story, page
 *
 * Nothing is precomputed: the answer is folded from the raw hops each time, stored or not, so it is never staler than
 * the last ack. Says nothing in words beyond short gap texts: the query side tells the story.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definitions } from "./definitions.ts";
import { fold } from "./fold.ts";
import { gapsOf } from "./gaps.ts";
import { type Gathered, gather, type HopSource } from "./gather.ts";
import type { Journey } from "./journey.ts";
import { keyText } from "./keys.ts";
import { inCausalOrder, memberOf } from "./member.ts";
import { CARRIER } from "./refs.ts";
import { relatedOf } from "./related.ts";
import { outOfOrder } from "./sequence.ts";
import { type Membership, type Stitched, stitch } from "./stitch.ts";
import type { Subject } from "./subject.ts";
import type { Found, Lookup, Told } from "./told.ts";

/** What a lookup works with. */
export interface LookupOptions {
  readonly source: HopSource;
  readonly definitions: Definitions;
  /** the kinds, of those given, under which a value was ever seen */
  readonly kindsOf: (tenant: string, value: string, kinds: readonly string[]) => Promise<readonly string[]>;
  /** stop gathering once this many hops are loaded; count. @default 50,000 */
  readonly hopsMax?: number;
}

/** A lookup over a source of hops. */
export function createLookup(options: LookupOptions): Lookup {
  return {
    tell: (tenant, subject, nowNs) => tell(options, { tenant, subject, nowNs }),
    find: (tenant, id, nowNs) => find(options, { tenant, id, nowNs }),
  };
}

interface Asked {
  readonly tenant: string;
  readonly subject: Subject;
  readonly nowNs: bigint;
}

/** One kind of subject stitched over what was gathered for it. */
interface View extends Gathered {
  readonly subjectKind: string;
  readonly stitched: Stitched;
}

async function tell(options: LookupOptions, { tenant, subject, nowNs }: Asked): Promise<Told | null> {
  const { definitions } = options;
  const views: View[] = [];
  for (const subjectKind of viewKinds(definitions, subject)) {
    views.push(await look(options, { tenant, subjectKind, keys: [subject], hops: [] }));
  }
  const view = views[0];
  if (view === undefined) return null;
  const name = keyText(subject.kind, subject.id);
  const memberships = inCausalOrder(view.graph, view.stitched.get(name) ?? []);
  const movedTo = memberships.length > 0 ? [] : holdersOf(view, name);
  if (memberships.length === 0 && movedTo.length === 0) return null;
  const journeys = views.flatMap((each) => journeysOf(definitions, { view: each, subject, nowNs }));
  return {
    subject,
    asOfNs: nowNs,
    members: memberships.map((membership) => memberOf(membership, journeys)),
    journeys,
    related: relatedOf(definitions, {
      ...view,
      subject,
      memberships,
      elsewhere: elsewhereOf(definitions, view),
    }),
    gaps: gapsOf(view.graph, memberships, {
      truncated: view.truncated,
      outOfOrder: outOfOrder(
        memberships.map(({ hop }) => hop),
        { journeys, definitions: definitions.journeys },
      ),
    }),
    movedTo,
  };
}

/** The same hops seen from the other kinds of subject that journeys are about. */
function elsewhereOf({ journeys, keys: kinds, limits }: Definitions, view: View) {
  const others = new Set(journeys.map((definition) => definition.subject));
  others.delete(view.subjectKind);
  return [...others].map((subjectKind) => ({
    subjectKind,
    stitched: stitch(view.graph, { kinds, subjectKind, hubSubjects: limits.hubSubjects }),
  }));
}

/**
 * The kinds of subject to stitch for. A kind that journeys are about, or a shared one, stands for itself; any other
 * may be a provisional subject of every kind of journey above it.
 */
function viewKinds(definitions: Definitions, subject: Subject): readonly string[] {
  const rank = definitions.keys.findIndex((kind) => kind.kind === subject.kind);
  const about = [...new Set(definitions.journeys.map((definition) => definition.subject))];
  if (rank < 0) return [];
  if (about.includes(subject.kind) || definitions.keys[rank]?.role === "shared") return [subject.kind];
  return definitions.keys
    .slice(0, rank)
    .map((kind) => kind.kind)
    .filter((kind) => about.includes(kind));
}

interface Looking {
  readonly tenant: string;
  readonly subjectKind: string;
  readonly keys: readonly Subject[];
  readonly hops: readonly Hop[];
}

async function look(options: LookupOptions, { tenant, subjectKind, keys, hops }: Looking): Promise<View> {
  const { keys: kinds, limits } = options.definitions;
  const stitching = { kinds, subjectKind, hubSubjects: limits.hubSubjects };
  const wanted = { keys: keys.map(({ kind, id }) => ({ kind, value: id })), hops };
  const gathered = await gather(options.source, wanted, {
    ...stitching,
    tenant,
    hopsMax: options.hopsMax ?? 50_000,
  });
  return { ...gathered, subjectKind, stitched: stitch(gathered.graph, stitching) };
}

interface Folded {
  readonly view: View;
  readonly subject: Subject;
  readonly nowNs: bigint;
}

function journeysOf(definitions: Definitions, { view, subject, nowNs }: Folded): Journey[] {
  const hops = (view.stitched.get(keyText(subject.kind, subject.id)) ?? []).map(
    (membership) => membership.hop,
  );
  return definitions.journeys
    .filter((definition) => definition.subject === view.subjectKind)
    .flatMap((definition) => fold({ definition, subject, hops, tags: definitions.tags }, nowNs) ?? []);
}

/** The subjects that the carriers of a key belong to. */
function holdersOf(view: View, key: string): Subject[] {
  const carriers = new Set((view.graph.byKey.get(key) ?? []).map((at) => view.graph.nodes[at]?.hop.id));
  return subjectsWhere(view, (membership) => carriers.has(membership.hop.id));
}

function subjectsWhere(view: View, isIt: (membership: Membership) => boolean): Subject[] {
  return [...view.stitched].flatMap(([text, members]) => (members.some(isIt) ? [subjectFrom(text)] : []));
}

function subjectFrom(text: string): Subject {
  const at = text.indexOf("=");
  return { kind: text.slice(0, at), id: text.slice(at + 1) };
}

interface Sought {
  readonly tenant: string;
  readonly id: string;
  readonly nowNs: bigint;
}

async function find(options: LookupOptions, { tenant, id, nowNs }: Sought): Promise<Found[]> {
  const kinds = options.definitions.keys.map((kind) => kind.kind);
  const found: Found[] = [];
  for (const kind of await options.kindsOf(tenant, id, kinds)) {
    const told = await tell(options, { tenant, subject: { kind, id }, nowNs });
    const itself = told === null ? [] : [{ kind, id }];
    found.push({ kind, id, subjects: told !== null && told.movedTo.length > 0 ? told.movedTo : itself });
  }
  if (/^[0-9a-f]{32}$/i.test(id)) found.push(...(await findTrace(options, tenant, id.toLowerCase())));
  return found;
}

async function findTrace(options: LookupOptions, tenant: string, id: string): Promise<Found[]> {
  const rows = await options.source.refs(tenant, [{ kind: CARRIER.trace, value: id }]);
  const near = await options.source.hops(tenant, rows);
  const hops = near.filter((hop) => hop.traceId === id);
  const subjectKind = options.definitions.journeys[0]?.subject ?? options.definitions.keys[0]?.kind;
  if (hops.length === 0 || subjectKind === undefined) return [];
  const view = await look(options, { tenant, subjectKind, keys: [], hops });
  return [{ kind: "trace", id, subjects: subjectsWhere(view, ({ hop }) => hop.traceId === id) }];
}
