/**
 * Gather: from a few wanted keys or hops to every hop that has a say in their journeys.
 *
 *   refs, hops (store ∪ recent) → [gather] → stitch
 *
 * The loop around the pure `reach`: look refs up, load the places they name, look again, until nothing new is asked
 * for. Each round is two keyed reads however much is asked. Bounded: beyond the limit it stops and says so.
 */
import type { Hop } from "../collector/hop.ts";
import type { Elder, EldersAsked } from "./elder.ts";
import { type Graph, graphOf } from "./graph.ts";
import { reach, type Wanted } from "./reach.ts";
import { type Place, placeText, type Ref, type RefRow, refText } from "./refs.ts";
import type { StitchOptions } from "./stitch.ts";

/** Where hops come from: the store, what is not stored yet, or both. */
export interface HopSource {
  /** Where hops carry any of the refs. */
  readonly refs: (tenant: string, refs: readonly Ref[]) => Promise<readonly RefRow[]>;
  /** Every hop at the places; more than one version of a fact may be among them. */
  readonly hops: (tenant: string, places: readonly Place[]) => Promise<readonly Hop[]>;
  /** What rows remember of journeys of which hops may be gone; none of subjects of which memory has every hop. */
  readonly elders: (tenant: string, asked: EldersAsked) => Promise<readonly Elder[]>;
}

/** What was gathered. */
export interface Gathered {
  readonly graph: Graph;
  /** the subjects, provisional ones too, that nothing is missing of; `kind=id` → kind and id */
  readonly complete: ReadonlyMap<string, Ref>;
  /** the limit was reached: there is more than this */
  readonly truncated: boolean;
}

/** What a search is bounded by. */
export interface GatherOptions extends StitchOptions {
  readonly tenant: string;
  /** stop once this many hops are loaded; count */
  readonly hopsMax: number;
}

/** What was loaded so far: several searches over the same hops load nothing twice. */
export interface Loaded {
  graph: Graph | null;
  readonly hops: Hop[];
  readonly asked: Set<string>;
  readonly visited: Set<string>;
}

/** Nothing yet. */
export function nothingLoaded(): Loaded {
  return { graph: null, hops: [], asked: new Set(), visited: new Set() };
}

/**
 * Loads everything that has a say in what is wanted.
 *
 * @param loaded  what another search for the same hops and keys, and another kind of subject, has loaded
 */
export async function gather(
  source: HopSource,
  wanted: Wanted,
  { loaded = nothingLoaded(), ...options }: GatherOptions & { readonly loaded?: Loaded },
): Promise<Gathered> {
  if (loaded.graph === null) for (const hop of wanted.hops) loaded.hops.push(hop);
  let graph = loaded.graph ?? graphOf(loaded.hops, options.kinds);
  for (;;) {
    const { refs: all, complete } = reach({ graph, wanted, options });
    const refs = fresh(all, loaded.asked);
    loaded.graph = graph;
    const places = await unvisited(source, refs, { tenant: options.tenant, visited: loaded.visited });
    // Nothing more will be reached from the same hops.
    if (places.length === 0) return { graph, complete, truncated: false };
    for (const hop of await source.hops(options.tenant, places)) loaded.hops.push(hop);
    graph = graphOf(loaded.hops, options.kinds);
    if (graph.nodes.length > options.hopsMax) return { graph, complete, truncated: true };
  }
}

function fresh(refs: Iterable<Ref>, asked: Set<string>): Ref[] {
  const news: Ref[] = [];
  for (const ref of refs) {
    const text = refText(ref);
    if (!asked.has(text)) news.push(ref);
    asked.add(text);
  }
  return news;
}

interface Visiting {
  readonly tenant: string;
  readonly visited: Set<string>;
}

async function unvisited(
  source: HopSource,
  refs: readonly Ref[],
  { tenant, visited }: Visiting,
): Promise<Place[]> {
  if (refs.length === 0) return [];
  const places: Place[] = [];
  for (const row of await source.refs(tenant, refs)) {
    const text = placeText(row);
    if (!visited.has(text)) places.push(row);
    visited.add(text);
  }
  return places;
}
