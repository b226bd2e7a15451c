/**
 * Forest: which spans stand in which tree, from ids alone.
 *
 *   live facts → [forest] → sole
 *
 * Pure. Numbers in typed arrays, no object per fact: this is run over every journey that anything happened to. Knows no
 * keys and no subjects.
 */

/** One end of a link. */
export interface Pointer {
  /** as in `Shape.trace`; −1 when nothing here is of that trace */
  readonly trace: number;
  readonly spanLow: number;
  readonly spanHigh: number;
}

/** Facts as numbers; the fact at `i` is at `i` in each list. Ids are two words, both zero for none. */
export interface Shape {
  readonly size: number;
  /** 1 span, 2 log, 3 CloudEvent */
  readonly kind: Uint8Array;
  /** the same number for the same trace, −1 for none */
  readonly trace: Int32Array;
  /** a span's own id; of a CloudEvent's two words */
  readonly spanLow: Uint32Array;
  readonly spanHigh: Uint32Array;
  /** the span around: a span's parent, the span that a log was written in */
  readonly aroundLow: Uint32Array;
  readonly aroundHigh: Uint32Array;
  /** tells versions of one fact apart */
  readonly digest: Uint32Array;
  readonly keyset: Int32Array;
  /** of the few that have any */
  readonly links: ReadonlyMap<number, readonly Pointer[]>;
  /** facts that name messages of their own, links included */
  readonly bound: ReadonlySet<number>;
  /** none of them is a hub, or nearly one */
  readonly isPlain: boolean;
}

/** The trees that the facts form. */
export interface Forest {
  readonly shape: Shape;
  /** per fact: the top of its tree, itself when nothing is around it */
  readonly tops: Int32Array;
  /** 1 for a top whose surrounding span was named, or must exist, but is not here */
  readonly orphans: Uint8Array;
  /** the span with this id, −1 when it is not here */
  readonly find: (trace: number, low: number, high: number) => number;
}

const NONE = -1;

/** Memory that one forest after the other is made in. */
export class Workspace {
  tops = new Int32Array(0);
  orphans = new Uint8Array(0);
  table = new Int32Array(0);

  /** Room for so many facts; nobody is an orphan. */
  clear(size: number): void {
    if (this.tops.length < size) {
      this.tops = new Int32Array(size * 2);
      this.orphans = new Uint8Array(size * 2);
      this.table = new Int32Array(tableSize(size * 2));
    }
    this.orphans.fill(0, 0, size);
    this.table.fill(NONE, 0, tableSize(size));
  }
}

/**
 * The forest of the facts, or null when they are not plain: two versions of one fact, a circle, a hub.
 *
 * @param workspace  where it is made: good until the next one is made there
 */
export function forestOf(shape: Shape, workspace = new Workspace()): Forest | null {
  if (!shape.isPlain) return null;
  workspace.clear(shape.size);
  const { tops, orphans, table } = workspace;
  const mask = tableSize(shape.size) - 1;
  if (!index(shape, table, mask) || isToldTwoWays(shape)) return null;
  const find = (trace: number, low: number, high: number) => {
    let place = placeOf(trace, low, high) & mask;
    for (let at = table[place] ?? NONE; at !== NONE; at = table[place] ?? NONE) {
      if (shape.spanLow[at] === low && shape.spanHigh[at] === high && shape.trace[at] === trace) return at;
      place = (place + 1) & mask;
    }
    return NONE;
  };
  for (let at = 0; at < shape.size; at++) {
    const above = aboveOf(shape, at, find);
    if (above === at) return null;
    tops[at] = above === NONE ? at : above;
    if (above === NONE && isTorn(shape, at)) orphans[at] = 1;
  }
  return climb(tops, shape.size) ? { shape, tops, orphans, find } : null;
}

/** The span around a fact; of a span told twice, for the second the first; itself when it claims to be around itself. */
function aboveOf(shape: Shape, at: number, find: Forest["find"]): number {
  const trace = shape.trace[at] ?? NONE;
  if (shape.kind[at] === 1) {
    const first = find(trace, shape.spanLow[at] ?? 0, shape.spanHigh[at] ?? 0);
    if (first !== at) return first;
  }
  const [low, high] = [shape.aroundLow[at] ?? 0, shape.aroundHigh[at] ?? 0];
  return low === 0 && high === 0 ? NONE : find(trace, low, high);
}

/** Something that names no span around it is torn off as well when it is in a trace and not a span. */
function isTorn({ trace, aroundLow, aroundHigh, kind }: Shape, at: number): boolean {
  if (trace[at] === NONE) return false;
  return kind[at] !== 1 || aroundLow[at] !== 0 || aroundHigh[at] !== 0;
}

/** Lets every entry point to its top. False for a circle. */
function climb(tops: Int32Array, size: number): boolean {
  for (let at = 0; at < size; at++) {
    let top = tops[at] ?? at;
    for (let steps = 0; tops[top] !== top; steps++) {
      if (steps > size) return false;
      top = tops[top] ?? top;
    }
    for (let below = at; tops[below] !== top; ) {
      const next = tops[below] ?? top;
      tops[below] = top;
      below = next;
    }
  }
  return true;
}

/** Spans by their ids, as a table of open addresses; false when a span is there in two versions. */
function index(shape: Shape, table: Int32Array, mask: number): boolean {
  for (let at = 0; at < shape.size; at++) {
    if (shape.kind[at] !== 1) continue;
    let place = placeOf(shape.trace[at] ?? 0, shape.spanLow[at] ?? 0, shape.spanHigh[at] ?? 0) & mask;
    while (table[place] !== NONE && !isSame(shape, table[place] ?? 0, at)) place = (place + 1) & mask;
    const other = table[place] ?? NONE;
    if (other !== NONE && shape.digest[other] !== shape.digest[at]) return false;
    if (other === NONE) table[place] = at;
  }
  return true;
}

/** Whether a CloudEvent is there in two versions. Two whose halves of an id are the same count as one: a wrong yes costs time. */
function isToldTwoWays({ size, kind, spanLow, spanHigh, digest }: Shape): boolean {
  let digests: Map<number, number> | null = null;
  for (let at = 0; at < size; at++) {
    if (kind[at] !== 3) continue;
    digests ??= new Map();
    const id = (spanLow[at] ?? 0) * 2 ** 21 + ((spanHigh[at] ?? 0) >>> 11);
    const version = digest[at] ?? 0;
    if ((digests.get(id) ?? version) !== version) return true;
    digests.set(id, version);
  }
  return false;
}

function tableSize(count: number): number {
  let size = 16;
  while (size < count * 2) size *= 2;
  return size;
}

function placeOf(trace: number, low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(trace, 0x9e3779b1), 0x85ebca6b) ^ high;
  return mixed ^ (mixed >>> 15);
}

function isSame({ trace, spanLow, spanHigh }: Shape, a: number, b: number): boolean {
  return spanLow[a] === spanLow[b] && spanHigh[a] === spanHigh[b] && trace[a] === trace[b];
}
