/**
 * Nearest along: for every place of a graph at once, the nearest ends that its ways lead to.
 *
 *   walk (ways, ends) → [nearest along] → walk
 *
 * Pure. One breadth-first sweep backwards from all ends, so a chain of a hundred thousand spans costs what its length
 * is, not its square. Knows nothing of hops: places are numbers, ways have a class, ends are sets.
 */

/** Subject → the hop through which it was found; its id. */
export type Inherited = ReadonlyMap<string, string>;

/** A way from one place: to another one, or to an end. */
export interface Way {
  /** of ways equally long the lowest class goes first, and so on along them */
  readonly kin: number;
  /** the place it leads to; −1 for an end */
  readonly to: number;
  readonly end: End | null;
}

/** What a way ends at. */
export interface End {
  /** not empty */
  readonly found: Inherited;
  /** of ends reached along equal ways the least far ones count */
  readonly far: number;
}

/** The nearest of one place. */
export interface Nearest extends End {
  /** how many ways lie between; 1 or more */
  readonly steps: number;
}

interface Reached extends Nearest {
  /** equal for ways of the same classes in the same order, less for what goes first */
  readonly rank: number;
}

/** Per place its nearest ends, all of them that are equally near; null where no way leads to any. */
export function nearestAlong(ways: readonly (readonly Way[])[]): readonly (Nearest | null)[] {
  const reached: (Reached | null)[] = ways.map(() => null);
  const into = backwards(ways);
  let level = ways.flatMap((own, place) => (own.some((way) => way.end !== null) ? [place] : []));
  for (let steps = 1; level.length > 0; steps++) {
    const news = level.map((place) => ({ place, best: bestOf(ways[place] ?? [], { reached, steps }) }));
    const ranks = new Map(
      [...new Set(news.map(({ best }) => best.code))].sort(inNumbers).map((code, i) => [code, i]),
    );
    for (const { place, best } of news) reached[place] = { ...best, steps, rank: ranks.get(best.code) ?? 0 };
    const next = new Set(level.flatMap((place) => into[place] ?? []));
    level = [...next].filter((place) => reached[place] === null);
  }
  return reached;
}

function backwards(ways: readonly (readonly Way[])[]): readonly (readonly number[])[] {
  const into: number[][] = ways.map(() => []);
  ways.forEach((own, place) => {
    for (const { to } of own) into[to]?.push(place);
  });
  return into;
}

interface Best extends End {
  readonly code: number;
}

interface Sweep {
  readonly reached: readonly (Reached | null)[];
  readonly steps: number;
}

/** The best of the ways that lead to something in so many steps: by class, then along the way, then how far its end is. */
function bestOf(ways: readonly Way[], sweep: Sweep): Best {
  const ends = ways.flatMap((way) => endOf(way, sweep));
  const code = ends.reduce((least, end) => Math.min(least, end.code), Number.POSITIVE_INFINITY);
  const first = ends.filter((end) => end.code === code);
  const far = first.reduce((least, end) => Math.min(least, end.far), Number.POSITIVE_INFINITY);
  return { code, far, found: unionOf(first.filter((end) => end.far === far).map(({ found }) => found)) };
}

function endOf({ kin, to, end }: Way, { reached, steps }: Sweep): Best[] {
  if (steps === 1) return end === null ? [] : [{ ...end, code: kin }];
  const at = reached[to] ?? null;
  return at?.steps === steps - 1
    ? [{ found: at.found, far: at.far, code: kin * reached.length + at.rank }]
    : [];
}

/** All subjects, each through the hop with the smallest id. */
function unionOf(sets: readonly Inherited[]): Inherited {
  const [only, ...more] = new Set(sets);
  if (only === undefined || more.length === 0) return only ?? new Map();
  const union = new Map(only);
  for (const set of more) {
    for (const [id, through] of set) {
      const known = union.get(id);
      if (known === undefined || through < known) union.set(id, through);
    }
  }
  return union;
}

function inNumbers(a: number, b: number): number {
  return a - b;
}
