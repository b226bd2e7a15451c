/**
 * Sole: when everything in sight belongs to one subject, and that without walking.
 *
 *   live facts → [sole] → fold, or the whole stitch when it cannot tell
 *
 * Pure. A shortcut through the stitch rule, for the many journeys that touch no other: facts that nothing else shares a
 * key, trace, link or message with, and one subject among them. Whatever a rule finds there, it finds that subject; left
 * to show is that a rule finds something for every fact. Where that is not plain the answer is null, never a guess
 * (law: test/ingest/sole.prop.test.ts).
 */
import type { KeyKind } from "./definitions.ts";
import type { Forest } from "./forest.ts";
import type { Keys } from "./keys.ts";
import type { Ref } from "./refs.ts";

/** Facts with their keys; `keysets[k]` are the keys of every fact whose `shape.keyset` is `k`. */
export interface Company {
  readonly forest: Forest;
  readonly keysets: readonly Keys[];
}

/** What is asked. */
export interface SoleOptions {
  readonly kinds: readonly KeyKind[];
  /** the kind of subject wanted; without any, the `identifies` kinds after it stand in, as in rule 7 */
  readonly subjectKind: string;
}

/** The subject that each of the facts belongs to, and no other; null when there is none or it takes more to tell. */
export function soleSubject({ forest, keysets }: Company, options: SoleOptions): Ref | null {
  const subject = onlySubject(keysets, options);
  if (subject === null) return null;
  return allReached(forest, anchoredBy(keysets, subject, options.kinds)) ? subject : null;
}

/** The one value of the most authoritative kind that has any. */
function onlySubject(keysets: readonly Keys[], { kinds, subjectKind }: SoleOptions): Ref | null {
  const rank = kinds.findIndex(({ kind }) => kind === subjectKind);
  for (const { kind, role } of kinds.slice(Math.max(rank, 0))) {
    if (kind !== subjectKind && role !== "identifies") continue;
    const value = onlyValue(keysets, kind);
    if (value !== undefined) return value === null ? null : { kind, value };
  }
  return null;
}

/** The one value of a kind; null when there are several, undefined when there is none. */
function onlyValue(keysets: readonly Keys[], kind: string): string | null | undefined {
  let only: string | undefined;
  for (const keys of keysets) {
    for (const value of keys.get(kind) ?? []) {
      if (only !== undefined && value !== only) return null;
      only = value;
    }
  }
  return only;
}

/** Rules 1 to 3: per key set, whether its keys lead to the subject, down the ranks of authority. */
function anchoredBy(keysets: readonly Keys[], subject: Ref, kinds: readonly KeyKind[]): readonly boolean[] {
  const anchored = keysets.map((keys) => keys.has(subject.kind));
  for (let rank = kinds.findIndex(({ kind }) => kind === subject.kind) + 1; rank < kinds.length; rank++) {
    const kind = kinds[rank]?.kind ?? "";
    const before = [...anchored];
    keysets.forEach((keys, at) => {
      if (anchored[at] !== true && keys.has(kind)) anchored[at] = isLed(keys, kind, { keysets, before });
    });
  }
  return anchored;
}

interface Leading {
  readonly keysets: readonly Keys[];
  /** which of them lead to the subject by more authoritative keys */
  readonly before: readonly boolean[];
}

/** Whether a set that leads to the subject has a value of the kind in common with these keys. */
function isLed(keys: Keys, kind: string, { keysets, before }: Leading): boolean {
  const values = keys.get(kind) ?? [];
  return keysets.some(
    (other, at) => before[at] === true && other.get(kind)?.some((value) => values.includes(value)) === true,
  );
}

/**
 * Rules 4 to 6. A tree of spans with an anchored fact in it is reached as a whole: from its root one sees all of it. A
 * tree without is reached when its top links into one that is. A tree that lost its root goes by its trace.
 */
function allReached(forest: Forest, anchored: readonly boolean[]): boolean {
  const { shape, tops, orphans } = forest;
  const reached = new Uint8Array(shape.size);
  const isAnchored = (at: number) => anchored[shape.keyset[at] ?? 0] === true;
  for (let at = 0; at < shape.size; at++) if (isAnchored(at)) reached[tops[at] ?? 0] = 1;
  reachOverLinks(forest, reached);
  let traces: Set<number> | null = null;
  for (let at = 0; at < shape.size; at++) {
    const top = tops[at] ?? 0;
    if (reached[top] === 1) continue;
    traces ??= tracesReached(forest, reached);
    if (orphans[top] !== 1 || !traces.has(shape.trace[at] ?? -1)) return false;
  }
  for (const at of shape.bound) {
    const isReached = reached[tops[at] ?? 0] === 1 && tops[at] !== at;
    if (isReached && !isAnchored(at) && !linksInto(forest, at, reached) && !isUnder(forest, at, isAnchored))
      return false;
  }
  return true;
}

/**
 * Whether keys of a span around it speak for a fact that goes by messages of its own, and so sees nothing else of its
 * tree. Those on the links of a batch are about its messages.
 */
function isUnder({ shape, find }: Forest, at: number, isAnchored: (at: number) => boolean): boolean {
  const around = (fact: number) =>
    find(shape.trace[fact] ?? -1, shape.aroundLow[fact] ?? 0, shape.aroundHigh[fact] ?? 0);
  for (let above = around(at); above >= 0; above = around(above))
    if (isAnchored(above) && !shape.links.has(above)) return true;
  return false;
}

function tracesReached({ shape, tops }: Forest, reached: Uint8Array): Set<number> {
  const traces = new Set<number>();
  for (let at = 0; at < shape.size; at++) if (reached[tops[at] ?? 0] === 1) traces.add(shape.trace[at] ?? -1);
  return traces;
}

/** Marks the trees that are reached over links of their tops. */
function reachOverLinks(forest: Forest, reached: Uint8Array): void {
  if (forest.shape.links.size === 0) return;
  const waiting = new Set([...forest.shape.links.keys()].filter((at) => forest.tops[at] === at));
  for (let more = true; more; ) {
    more = false;
    for (const top of waiting) {
      if (reached[top] === 1 || !linksInto(forest, top, reached)) continue;
      reached[top] = 1;
      more = true;
    }
  }
}

function linksInto({ shape, tops, find }: Forest, at: number, reached: Uint8Array): boolean {
  return (shape.links.get(at) ?? []).some((link) => {
    const target = find(link.trace, link.spanLow, link.spanHigh);
    return target >= 0 && reached[tops[target] ?? 0] === 1;
  });
}
