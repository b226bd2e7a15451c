import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Carried } from "../../ingest/carried.ts";
import { type Cluster, current, type Name } from "../../ingest/cluster.ts";
import { Clusters } from "../../ingest/clusters.ts";
import type { Past } from "../../ingest/past.ts";
import { Pool } from "../../ingest/pool.ts";

const ARRIVAL = { serial: 1, segment: 1, isLate: false, nowMs: 1 };
const STORED = 1;

/** Clusters of so many names and as many traces, one for each of them, each name in a set of keys of its own. */
class Company {
  readonly told: string[] = [];
  readonly clusters: Clusters;
  readonly carried = new Carried();
  readonly words: Uint32Array;
  readonly names: Name[];

  constructor(count: number) {
    const past: Past = {
      isHeard: () => true,
      of: () => "nowhere",
      ofTrace: () => "nowhere",
      isInDoubt: () => false,
      add: (name) => this.told.push(name),
      addTrace: (words, at) => this.told.push(`trace=${words[at]}`),
    };
    this.clusters = new Clusters(past, new Pool());
    this.words = Uint32Array.from({ length: count * 4 }, (_, at) => at + 1);
    this.names = Array.from({ length: count }, (_, n) => {
      const name = this.clusters.nameOf({ arrival: ARRIVAL, into: null }, "order.id", `ORD-${n}`);
      this.clusters.traceOf({ arrival: ARRIVAL, into: name.cluster }, this.words, n * 4);
      this.carried.of([name]);
      return name;
    });
  }

  all(): Cluster[] {
    return [...this.clusters.byTouch()];
  }
}

const companies = fc.integer({ min: 1, max: 12 }).chain((count) => {
  const one = fc.integer({ min: 0, max: count - 1 });
  return fc.record({ count: fc.constant(count), pairs: fc.array(fc.tuple(one, one), { maxLength: 20 }) });
});

describe("clusters that are joined, however often", () => {
  test("have every name, trace and set of keys of all", () => {
    fc.assert(
      fc.property(companies, ({ count, pairs }) => {
        const { clusters, names, all } = joined(count, pairs);
        expect(all.reduce((sum, { found }) => sum + found, 0)).toBe(count * 2);
        expect(all.flatMap(namesOf).toSorted()).toEqual(names.map(({ value }) => value).toSorted());
        expect(all.flatMap((cluster) => tracesOf(clusters, cluster)).toSorted()).toEqual(
          names.map((_, n) => n * 4 + 1).toSorted(),
        );
        expect(all.flatMap(setsOf).toSorted()).toEqual(names.map((_, n) => n + 1).toSorted());
        for (const cluster of all)
          for (let name = cluster.names; name !== null; name = name.next)
            expect(current(name.cluster)).toBe(cluster);
      }),
    );
  });

  test("leave nothing behind when they leave, but their names in the past", () => {
    fc.assert(
      fc.property(companies, ({ count, pairs }) => {
        const { clusters, carried, told, all } = joined(count, pairs);
        for (const cluster of all) {
          carried.forget(cluster);
          clusters.forget(cluster, STORED);
        }
        const expected = Array.from({ length: count }, (_, n) => [`order.id=ORD-${n}`, `trace=${n * 4 + 1}`]);
        expect(told.toSorted()).toEqual(expected.flat().toSorted());
        expect([...clusters.byTouch()]).toEqual([]);
        expect(clusters.traces.size).toBe(0);
        expect(carried.sets.slice(1).every((set) => set === null)).toBe(true);
      }),
    );
  });
});

function joined(count: number, pairs: readonly (readonly [number, number])[]) {
  const company = new Company(count);
  const { clusters, carried, told, names } = company;
  for (const [a, b] of pairs) {
    const [first, second] = [names[a], names[b]];
    if (first !== undefined && second !== undefined) clusters.join(first.cluster, second.cluster);
  }
  return { clusters, carried, told, names, all: company.all() };
}

function namesOf({ names }: Cluster): string[] {
  const values: string[] = [];
  for (let name = names; name !== null; name = name.next) values.push(name.value);
  return values;
}

function tracesOf({ traces }: Clusters, cluster: Cluster): number[] {
  const ids: number[] = [];
  for (let slot = cluster.traces; slot !== -1; slot = traces.next(slot)) {
    expect(traces.clusters[slot]).toBe(cluster);
    ids.push(traces.ids[slot * 4] ?? 0);
  }
  return ids;
}

function setsOf({ keysets }: Cluster): number[] {
  const ids: number[] = [];
  for (let set = keysets; set !== null; set = set.next) ids.push(set.id);
  return ids;
}
