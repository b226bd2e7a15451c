/**
 * Lookup: a subject in, everything known about it out.
 *
 *   gather → stitch → fold → [lookup] → answer, story, page
 *
 * Nothing is precomputed: the answer is folded from the raw hops each time, stored or not, so it is never staler than
 * the last ack. Only where hops are no longer kept the row of the journey remembers what they told (elder.ts). Says
 * nothing in words beyond short gap texts: the query side tells the story.
 */
import type { Hop } from "../collector/hop.ts";
import type { Definitions } from "./definitions.ts";
import { byJourney, type Elder, keptSinceNs } from "./elder.ts";
import { type Folding, fold, isFoldedOntoRow } from "./fold.ts";
import { forgottenGap, gapsOf } from "./gaps.ts";
import { type Gathered, gather, type HopSource, type Loaded, nothingLoaded } from "./gather.ts";
import { distinct } from "./graph.ts";
import { keysOf, keyText } from "./keys.ts";
import { inCausalOrder, memberOf } from "./member.ts";
import { CARRIER } from "./refs.ts";
import { relatedOf } from "./related.ts";
import { outOfOrder } from "./sequence.ts";
import { type Membership, type Stitched, stitch } from "./stitch.ts";
import { journeyName, type Subject } from "./subject.ts";
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
  // Side by side, so that it costs no time.
  const [elders, views] = await Promise.all([
    eldersOf(options, { tenant, subjects: [subject], nowNs }),
    viewsOf(options, tenant, subject),
  ]);
  const view = views[0];
  if (view === undefined) return null;
  const name = keyText(subject.kind, subject.id);
  const memberships = inCausalOrder(view.graph, view.stitched.get(name) ?? []);
  const movedTo = memberships.length > 0 ? [] : holdersOf(view, name);
  const foldings =
    movedTo.length > 0
      ? []
      : views.flatMap((each) => foldingsOf(definitions, { view: each, subject, elders }));
  const journeys = foldings.flatMap((folding) => fold(folding, nowNs) ?? []);
  if (memberships.length === 0 && movedTo.length === 0 && journeys.length === 0) return null;
  const isForgotten = foldings.some(isFoldedOntoRow);
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
    gaps: [
      ...(isForgotten ? [forgottenGap(keptSinceNs(definitions.retention, nowNs))] : []),
      ...gapsOf(view.graph, memberships, {
        nowNs,
        truncated: view.truncated,
        outOfOrder: outOfOrder(
          memberships.map(({ hop }) => hop),
          { journeys, definitions: definitions.journeys },
        ),
      }),
    ],
    movedTo,
  };
}

interface Elders {
  readonly tenant: string;
  readonly subjects: readonly Subject[];
  readonly nowNs: bigint;
}

/** The rows of journeys of these subjects that began before hops are kept. */
async function eldersOf(
  { source, definitions }: LookupOptions,
  { tenant, subjects, nowNs }: Elders,
): Promise<readonly Elder[]> {
  return source.elders(tenant, {
    definitions: definitions.journeys.map(({ name }) => name),
    subjects: subjects.map(({ kind, id }) => ({ kind, value: id })),
    beforeNs: keptSinceNs(definitions.retention, nowNs),
  });
}

async function viewsOf(options: LookupOptions, tenant: string, subject: Subject): Promise<View[]> {
  const views: View[] = [];
  for (const subjectKind of viewKinds(options.definitions, subject))
    views.push(await look(options, { tenant, subjectKind, keys: [subject], hops: [] }));
  return views;
}

/** The same hops seen from the other kinds of subject that journeys are about. */
function elsewhereOf(definitions: Definitions, view: View) {
  const { keys: kinds, limits } = definitions;
  return aboutOf(definitions)
    .filter((subjectKind) => subjectKind !== view.subjectKind)
    .map((subjectKind) => ({
      subjectKind,
      stitched: stitch(view.graph, { kinds, subjectKind, hubSubjects: limits.hubSubjects }),
    }));
}

/** The kinds of subject that journeys are about. */
function aboutOf({ journeys }: Definitions): readonly string[] {
  return [...new Set(journeys.map((definition) => definition.subject))];
}

/**
 * The kinds of subject to stitch for. A kind that journeys are about, or a shared one, stands for itself; any other
 * may be a provisional subject of every kind of journey above it.
 */
function viewKinds(definitions: Definitions, subject: Subject): readonly string[] {
  const rank = definitions.keys.findIndex((kind) => kind.kind === subject.kind);
  const about = aboutOf(definitions);
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
  /** what another look at the same has loaded */
  readonly loaded?: Loaded;
}

async function look(
  options: LookupOptions,
  { tenant, subjectKind, keys, hops, ...more }: Looking,
): Promise<View> {
  const { keys: kinds, limits } = options.definitions;
  const stitching = { kinds, subjectKind, hubSubjects: limits.hubSubjects };
  const wanted = { keys: keys.map(({ kind, id }) => ({ kind, value: id })), hops };
  const gathered = await gather(options.source, wanted, {
    ...stitching,
    ...more,
    tenant,
    hopsMax: options.hopsMax ?? 50_000,
  });
  return { ...gathered, subjectKind, stitched: stitch(gathered.graph, stitching) };
}

interface Folded {
  readonly view: View;
  readonly subject: Subject;
  readonly elders: readonly Elder[];
}

function foldingsOf({ journeys, tags }: Definitions, { view, subject, elders }: Folded): Folding[] {
  const hops = (view.stitched.get(keyText(subject.kind, subject.id)) ?? []).map(
    (membership) => membership.hop,
  );
  const rows = byJourney(elders);
  return journeys
    .filter((definition) => definition.subject === view.subjectKind)
    .map((definition) => {
      const elder = rows.get(journeyName(definition.name, subject));
      return { definition, subject, hops, tags, elder };
    });
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
  const subjects = kinds.map((kind) => ({ kind, id }));
  const seen = new Set(await options.kindsOf(tenant, id, kinds));
  for (const { subject } of await eldersOf(options, { tenant, subjects, nowNs })) seen.add(subject.kind);
  const found: Found[] = [];
  for (const kind of kinds.filter((each) => seen.has(each))) {
    const told = await tell(options, { tenant, subject: { kind, id }, nowNs });
    const itself = told === null ? [] : [{ kind, id }];
    const subjects = told !== null && told.movedTo.length > 0 ? told.movedTo : itself;
    found.push({ kind, id, subjects, unclaimed: [] });
  }
  if (/^[0-9a-f]{32}$/i.test(id)) found.push(...(await findTrace(options, tenant, id.toLowerCase())));
  return found;
}

async function findTrace(options: LookupOptions, tenant: string, id: string): Promise<Found[]> {
  const { definitions, source } = options;
  const near = await source.hops(tenant, await source.refs(tenant, [{ kind: CARRIER.trace, value: id }]));
  const hops = distinct(near.filter((hop) => hop.traceId === id));
  if (hops.length === 0) return [];
  const loaded = nothingLoaded();
  const views: View[] = [];
  for (const subjectKind of aboutOf(definitions))
    views.push(await look(options, { tenant, subjectKind, keys: [], hops, loaded }));
  const isOfTrace = ({ hop }: Membership) => hop.traceId === id;
  // Provisional subjects are in several views; the one that they are told from knows whether they moved.
  const claimants = views.flatMap((view) =>
    subjectsWhere(view, isOfTrace).filter(
      (subject) => viewKinds(definitions, subject)[0] === view.subjectKind,
    ),
  );
  const claimed = new Set(
    views.flatMap(({ stitched }) => [...stitched.values()].flat().map(({ hop }) => hop.id)),
  );
  const rest = hops.filter((hop) => !claimed.has(hop.id)).sort((a, b) => Number(a.atNs - b.atNs));
  const shared = rest.map((hop) => sharedKeysOf(hop, definitions));
  const subjects = [...claimants, ...shared.flat()].map(
    (each) => [keyText(each.kind, each.id), each] as const,
  );
  const unclaimed = rest.filter((_, at) => shared[at]?.length === 0);
  return [{ kind: "trace", id, subjects: [...new Map(subjects).values()], unclaimed }];
}

/** The shared keys on a hop: each has an answer of its own, also when it leads to no other subject. */
function sharedKeysOf(hop: Hop, { keys }: Definitions): Subject[] {
  const kinds = keys.filter(({ role }) => role === "shared");
  return [...keysOf(hop, kinds)].flatMap(([kind, values]) => values.map((id) => ({ kind, id })));
}
