import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { gather, type HopSource, united } from "../../ingest/gather.ts";
import { graphOf } from "../../ingest/graph.ts";
import { keysOf } from "../../ingest/keys.ts";
import { type Stitched, stitch } from "../../ingest/stitch.ts";
import { KINDS } from "./build.ts";
import { Kept } from "./kept.ts";
import { shuffled, type World, worldOf } from "./world.ts";

/** Worlds per law: 2,000 over the laws of this file, any number with WAYBILL_WORLDS. */
const RUNS = Number(process.env["WAYBILL_WORLDS"] ?? 250);
/** Rules that conclude from company: when the telling hops are missing they may be wrong, and the evidence says so. */
const WEAK = new Set(["climb", "shared", "trace"]);
const OPTIONS = { kinds: KINDS, subjectKind: "order.id", hubSubjects: 100 };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const check = (law: (seed: number, other: number) => void | Promise<void>) =>
  fc.assert(
    fc.asyncProperty(seeds, seeds, async (seed, other) => law(seed, other)),
    { numRuns: RUNS },
  );

function stitched(hops: readonly Hop[]): Stitched {
  return stitch(graphOf(hops, KINDS), OPTIONS);
}

/** subject → ids of its hops with the evidence, comparable */
function outline(of: Stitched): Record<string, string[]> {
  const entries = [...of].map(([name, members]): [string, string[]] => [
    name,
    members.map(({ hop, evidence, shared }) => `${hop.id} ${JSON.stringify(evidence)} ${shared}`),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hopsOf(world: World): Hop[] {
  return world.facts.map(({ hop }) => hop);
}

/** order → ids of its hops */
function truth(world: World): Record<string, string[]> {
  const entries = world.orders.map((order): [string, string[]] => [
    `order.id=${order}`,
    world.facts.flatMap(({ hop, orders }) => (orders.has(order) ? [hop.id] : [])).sort(),
  ]);
  return Object.fromEntries(entries);
}

function membersOf(of: Stitched): Record<string, string[]> {
  return Object.fromEntries([...of].map(([name, members]) => [name, members.map(({ hop }) => hop.id)]));
}

describe("the stitch rule", () => {
  test("a world is told apart exactly as it was made: every hop with its orders and no other", () =>
    check((seed) => {
      const world = worldOf(seed);
      expect(membersOf(stitched(hopsOf(world)))).toEqual(truth(world));
    }));

  test("the order of arrival changes nothing", () =>
    check((seed, other) => {
      const hops = hopsOf(worldOf(seed));
      expect(outline(stitched(shuffled(hops, other)))).toEqual(outline(stitched(hops)));
    }));

  test("being told twice changes nothing", () =>
    check((seed, other) => {
      const hops = hopsOf(worldOf(seed));
      const twice = shuffled(
        [...hops, ...hops.map((hop) => ({ ...hop, receivedNs: hop.receivedNs + 5n }))],
        other,
      );
      expect(outline(stitched(twice))).toEqual(outline(stitched(hops)));
    }));

  test("with hops missing, none ever comes into an order that it is not about", () =>
    check((seed, other) => {
      const world = worldOf(seed);
      const kept = shuffled(world.facts, other).slice(0, Math.ceil(world.facts.length / 2));
      const about = new Map(kept.map(({ hop, orders }) => [hop.id, orders]));
      for (const [name, members] of stitched(kept.map(({ hop }) => hop))) {
        if (!name.startsWith("order.id=")) continue;
        const order = name.slice("order.id=".length);
        for (const { hop, evidence } of members) {
          const wrong = `${hop.service} ${hop.name} by ${JSON.stringify(evidence)} in ${name}`;
          expect(about.get(hop.id)?.has(order) || WEAK.has(evidence.rule), wrong).toBe(true);
        }
      }
    }));

  test("every hop is in at least one subject or carries nothing, and in each subject once", () =>
    check((seed) => {
      const world = worldOf(seed);
      const seen = new Map<string, number>();
      for (const [name, members] of stitched(hopsOf(world))) {
        expect(new Set(members.map(({ hop }) => hop.id)).size, name).toBe(members.length);
        for (const { hop } of members) seen.set(hop.id, (seen.get(hop.id) ?? 0) + 1);
      }
      for (const { hop, orders } of world.facts) expect(seen.get(hop.id) ?? 0).toBe(orders.size);
    }));

  test("the evidence of every membership can be derived again", () =>
    check((seed) => {
      const hops = hopsOf(worldOf(seed));
      const byId = new Map(hops.map((hop) => [hop.id, hop]));
      const all = stitched(hops);
      for (const [name, members] of all) {
        for (const { hop, evidence } of members)
          expect(derives(name, { hop, evidence, byId, all })).toBe(true);
      }
    }));

  test("what is gathered for one order stitches to what the whole world does, wherever its hops are kept", () =>
    check(async (seed, other) => {
      const world = worldOf(seed);
      const hops = shuffled(hopsOf(world), other);
      const half = Math.floor(hops.length / 2);
      const source = united(kept(hops.slice(0, half)), kept(hops.slice(half)));
      const whole = outline(stitched(hops));
      for (const order of world.orders) {
        const wanted = { keys: [{ kind: "order.id", value: order }], hops: [] };
        const { graph } = await gather(source, wanted, { ...OPTIONS, tenant: "t", hopsMax: 10_000 });
        const name = `order.id=${order}`;
        expect(outline(stitch(graph, OPTIONS))[name]).toEqual(whole[name]);
      }
    }));

  test("what is gathered around one hop completes every subject that the hop can change", () =>
    check(async (seed, other) => {
      const hops = hopsOf(worldOf(seed));
      const hop = hops[other % hops.length];
      const wanted = { keys: [], hops: hop === undefined ? [] : [hop] };
      const near = await gather(kept(hops), wanted, { ...OPTIONS, tenant: "t", hopsMax: 10_000 });
      const [before, after] = [stitched(hops.filter((each) => each !== hop)), outline(stitched(hops))];
      const here = outline(stitch(near.graph, OPTIONS));
      for (const name of near.complete.keys()) expect(here[name]).toEqual(after[name]);
      for (const name of new Set([...before.keys(), ...Object.keys(after)])) {
        const changed = JSON.stringify(outline(before)[name]) !== JSON.stringify(after[name]);
        if (
          changed &&
          after[name] !== undefined &&
          memberIds(before, name) !== memberIds(stitched(hops), name)
        ) {
          expect(near.complete.has(name), `${name} changed by ${hop?.name}`).toBe(true);
        }
      }
    }));
});

function memberIds(of: Stitched, name: string): string {
  return (of.get(name) ?? []).map(({ hop }) => hop.id).join();
}

function kept(hops: readonly Hop[]): HopSource {
  const all = new Kept();
  all.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, KINDS) })),
  );
  return all;
}

interface Derivation {
  readonly hop: Hop;
  readonly evidence: { rule: string; key?: string; through?: string };
  readonly byId: ReadonlyMap<string, Hop>;
  readonly all: Stitched;
}

function derives(name: string, { hop, evidence, byId, all }: Derivation): boolean {
  const texts = (of: Hop | undefined) =>
    of === undefined
      ? []
      : [...keysOf(of, KINDS)].flatMap(([kind, values]) => values.map((v) => `${kind}=${v}`));
  if (evidence.rule === "key") return evidence.key === name && texts(hop).includes(name);
  const through = byId.get(evidence.through ?? "");
  const throughIsIn = all.get(name)?.some((member) => member.hop === through) === true;
  if (evidence.rule === "identifies" || evidence.rule === "shared") {
    return (
      throughIsIn && texts(hop).includes(evidence.key ?? "") && texts(through).includes(evidence.key ?? "")
    );
  }
  return throughIsIn && through !== hop;
}
