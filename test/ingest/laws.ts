/**
 * Laws: the eight laws of the stitch rule, each as a check of one world.
 *
 *   world (seed) + rules → [law] → passes or throws
 *
 * Rules are passed in, so that a law can be shown to catch broken ones (broken.ts) before the real ones are trusted.
 */
import { expect } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import { gather, type HopSource } from "../../ingest/gather.ts";
import { type Graph, graphOf, type Node } from "../../ingest/graph.ts";
import type { Journey } from "../../ingest/journey.ts";
import { keysOf } from "../../ingest/keys.ts";
import { CARRIER, refText } from "../../ingest/refs.ts";
import { settle } from "../../ingest/settle.ts";
import { type Stitched, stitch } from "../../ingest/stitch.ts";
import type { Evidence } from "../../ingest/subject.ts";
import { at, CREATE_ORDER, KINDS, onEvent, pattern, step } from "./build.ts";
import { Kept, united } from "./kept.ts";
import { BUSY } from "./rows.ts";
import { chance, shuffled, truthOf, type World, worldOf } from "./world.ts";

/** What the laws hold for: the product's rules, or broken ones. */
export interface Rules {
  /** hops in order of arrival */
  readonly stitch: (hops: readonly Hop[], subjectKind?: string) => Stitched;
  readonly fold: typeof fold;
  readonly gather: typeof gather;
  readonly settle: typeof settle;
}

/** The product's. */
export const REAL: Rules = {
  stitch: (hops, subjectKind = "order.id") => stitch(graphOf(hops, KINDS), { ...OPTIONS, subjectKind }),
  fold,
  gather,
  settle,
};

/** One law over one world; `other` is chance for what is done to it. Throws when the law does not hold. */
export type Law = (rules: Rules, seed: number, other: number) => void | Promise<void>;

/** How worlds are stitched. */
export const OPTIONS = { kinds: KINDS, subjectKind: "order.id", hubSubjects: 100 };

const NOW_NS = at(3_600_000);
/** Rules that conclude from company: while the telling hops are missing they may be wrong, and the evidence says so. */
const WEAK = new Set(["climb", "shared", "trace"]);

const REFUND = {
  ...CREATE_ORDER,
  name: "refund",
  subject: "refund.id",
  steps: [
    step("requested", { match: [{ span: pattern("requested") }] }),
    step("paid back", { match: [onEvent("paid back")] }),
  ],
  start: "requested",
  succeeds: "paid back",
};

/** Several kinds of journeys over the same hops, of subjects that stand in for one another. */
export const SEVERAL: Definitions = { ...BUSY, journeys: [...BUSY.journeys, REFUND] };

const hopsOf = (world: World): Hop[] => world.facts.map(({ hop }) => hop);

/** The laws by their names in the design. */
export const LAWS = {
  "order-free": (rules, seed, other) => {
    const hops = hopsOf(worldOf(seed));
    expect(outline(rules.stitch(shuffled(hops, other)))).toEqual(outline(rules.stitch(hops)));
  },

  idempotent: (rules, seed, other) => {
    const hops = hopsOf(worldOf(seed));
    const again = hops.map((hop) => ({ ...hop, receivedNs: hop.receivedNs + 5n }));
    expect(outline(rules.stitch(shuffled([...hops, ...again], other)))).toEqual(outline(rules.stitch(hops)));
  },

  "partition-free": async (rules, seed, other) => {
    const world = worldOf(seed);
    const hops = hopsOf(world);
    const source = splitOver(hops, other);
    const whole = outline(rules.stitch(hops));
    for (const name of Object.keys(truthOf(world))) {
      const [kind = "", value = ""] = name.split("=");
      const wanted = { keys: [{ kind, value }], hops: [] };
      const { graph } = await rules.gather(source, wanted, { ...OPTIONS, tenant: "t", hopsMax: 10_000 });
      const near = graph.nodes.map(({ hop }) => hop);
      expect(outline(rules.stitch(near))[name]).toEqual(whole[name]);
    }
  },

  "no-merge": (rules, seed, other) => {
    const world = worldOf(seed);
    expect(memberIds(rules.stitch(hopsOf(world)))).toEqual(truthOf(world));
    expect(only("refund.id=", memberIds(rules.stitch(hopsOf(world), "refund.id")))).toEqual(
      truthOf(world, "refunds"),
    );
    const kept = shuffled(world.facts, other).slice(0, Math.ceil(world.facts.length / 2));
    const about = new Map(kept.map((fact) => [fact.hop.id, fact.about]));
    for (const [name, members] of rules.stitch(kept.map(({ hop }) => hop))) {
      for (const { hop, evidence } of members) {
        const isLoser = name === "order.id=DRAFT"; // the version that counts may be among what is missing
        const wrong = `${hop.service} ${hop.name} by ${JSON.stringify(evidence)} in ${name}`;
        const isRight = about.get(hop.id)?.has(name) || WEAK.has(evidence.rule) || isLoser;
        if (name.startsWith("order.id=")) expect(isRight, wrong).toBe(true);
      }
    }
  },

  conserved: async (rules, seed) => {
    const { facts } = worldOf(seed);
    const seen = new Map<string, number>();
    for (const [name, members] of rules.stitch(facts.map(({ hop }) => hop))) {
      expect(new Set(members.map(({ hop }) => hop.id)).size, name).toBe(members.length);
      for (const { hop } of members) seen.set(hop.id, (seen.get(hop.id) ?? 0) + 1);
    }
    const source = kept(facts.map(({ hop }) => hop));
    for (const { hop, about } of facts) {
      expect(seen.get(hop.id) ?? 0, `${hop.name} of ${[...about]}`).toBe(about.size);
      if (hop.traceId !== "") expect(await idsInTrace(source, hop.traceId)).toContain(hop.id);
    }
  },

  explained: (rules, seed) => {
    const hops = hopsOf(worldOf(seed));
    const graph = graphOf(hops, KINDS);
    const byId = new Map(graph.nodes.map((node, index) => [node.hop.id, index]));
    const all = rules.stitch(hops);
    for (const [name, members] of all) {
      for (const { hop, evidence } of members) {
        const why = `${hop.name} in ${name} by ${JSON.stringify(evidence)}`;
        expect(derives({ name, at: byId.get(hop.id) ?? -1, evidence }, { graph, byId, all }), why).toBe(true);
      }
    }
  },

  "same-read": async (rules, seed, other) => {
    const facts = shuffled(hopsOf(worldOf(seed)), other);
    const rows = await rowsAfter(rules, facts, chance(other));
    expect(rows).toEqual(readIn(rules, facts));
  },

  "late = early": (rules, seed, other) => {
    const next = chance(other);
    const hops = hopsOf(worldOf(seed));
    const late = hops.map((hop) =>
      next() < 0.5 ? { ...hop, receivedNs: hop.receivedNs + 7_200_000_000_000n } : hop,
    );
    expect(readIn(rules, shuffled(late, other))).toEqual(readIn(rules, hops));
  },
} satisfies Record<string, Law>;

/** Subject → ids of its hops with the evidence, comparable. */
function outline(of: Stitched): Record<string, string[]> {
  const entries = [...of].map(([name, members]): [string, string[]] => [
    name,
    members.map(({ hop, evidence, shared }) => `${hop.id} ${JSON.stringify(evidence)} ${shared}`),
  ]);
  return Object.fromEntries(entries);
}

function memberIds(of: Stitched): Record<string, string[]> {
  return Object.fromEntries([...of].map(([name, members]) => [name, members.map(({ hop }) => hop.id)]));
}

function only(prefix: string, of: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(of).filter(([name]) => name.startsWith(prefix)));
}

/** A source with these hops. */
export function kept(hops: readonly Hop[]): HopSource {
  const source = new Kept();
  source.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, KINDS) })),
  );
  return source;
}

/** Three processes that each took some of the requests, and one of them took some again after a restart. */
function splitOver(hops: readonly Hop[], seed: number): HopSource {
  const next = chance(seed);
  const taken: Hop[][] = [[], [], []];
  for (const hop of hops) {
    taken[Math.floor(next() * 3)]?.push(hop);
    if (next() < 0.2) taken[0]?.push(hop);
  }
  return taken.map(kept).reduce(united);
}

async function idsInTrace(source: HopSource, trace: string): Promise<string[]> {
  const places = await source.refs("t", [{ kind: CARRIER.trace, value: trace }]);
  return (await source.hops("t", places)).map(({ id }) => id);
}

/** The rows that are there after the hops came in requests, each settled once its hops are stored, some twice. */
async function rowsAfter(
  rules: Rules,
  hops: readonly Hop[],
  next: () => number,
): Promise<Record<string, Journey>> {
  const rows = new Map<string, Journey>();
  let arrived = 0;
  let unsettled: Hop[] = [];
  while (arrived < hops.length) {
    const until = arrived + 1 + Math.floor(next() * 12);
    const request = hops.slice(arrived, until);
    arrived += request.length;
    unsettled.push(...request);
    // Another process may store its request before this one gets to settling, or this one dies and settles again.
    if (next() < 0.3 && arrived < hops.length) continue;
    const source = kept(hops.slice(0, arrived));
    const options = { source, definitions: SEVERAL, tenant: "t", hopsMax: 10_000 };
    const settled = await rules.settle(options, unsettled, NOW_NS);
    for (const journey of settled.journeys) rows.set(rowName(journey), journey);
    for (const { definition, subject } of settled.merged) rows.delete(rowName({ definition, subject }));
    if (next() < 0.8) unsettled = [];
  }
  return sorted(rows);
}

/** What a reader folds of the same hops. */
function readIn(rules: Rules, hops: readonly Hop[]): Record<string, Journey> {
  const rows = new Map<string, Journey>();
  for (const definition of SEVERAL.journeys) {
    for (const [name, members] of rules.stitch(hops, definition.subject)) {
      const [kind = "", id = ""] = name.split("=");
      const subject = { kind, id };
      const own = members.map(({ hop }) => hop);
      const journey = rules.fold({ definition, subject, hops: own, tags: SEVERAL.tags }, NOW_NS);
      if (journey !== null) rows.set(rowName(journey), journey);
    }
  }
  return sorted(rows);
}

function rowName({ definition, subject }: Pick<Journey, "definition" | "subject">): string {
  return `${definition} ${refText({ kind: subject.kind, value: subject.id })}`;
}

function sorted(rows: ReadonlyMap<string, Journey>): Record<string, Journey> {
  return Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Claim {
  readonly name: string;
  readonly at: number;
  readonly evidence: Evidence;
}

interface Known {
  readonly graph: Graph;
  readonly byId: ReadonlyMap<string, number>;
  readonly all: Stitched;
}

/** Whether a membership follows from what its evidence names, looking at nothing else. */
function derives({ name, at: own, evidence }: Claim, { graph, byId, all }: Known): boolean {
  const { rule, key = "" } = evidence;
  const node = graph.nodes[own];
  const through = byId.get(evidence.through ?? "") ?? -1;
  if (node === undefined) return false;
  if (rule === "key") return key === name && carries(node, key);
  const why = all.get(name)?.find(({ hop }) => hop.id === evidence.through)?.evidence;
  if (why === undefined || through === own) return false;
  const tells = why.rule === "key" || why.rule === "identifies" || why.rule === "shared";
  switch (rule) {
    case "identifies":
    case "shared":
      return tells && carries(node, key) && carries(graph.nodes[through], key);
    case "cause":
      return tells && reaches(graph, [own], "causes").has(through);
    case "climb":
      return tells && reaches(graph, evidence.beside ? above(graph, own) : [own], "effects").has(through);
    case "trace":
      return node.hop.traceId === graph.nodes[through]?.hop.traceId && graph.torn[own] === true;
  }
}

function above(graph: Graph, own: number): Set<number> {
  const reached = reaches(graph, [own], "causes");
  reached.delete(own);
  return reached;
}

function carries(node: Node | undefined, key: string): boolean {
  return [...(node?.keys ?? [])].some(([kind, values]) => values.some((value) => `${kind}=${value}` === key));
}

function reaches(graph: Graph, from: Iterable<number>, way: "causes" | "effects"): Set<number> {
  const reached = new Set(from);
  for (const at of reached) for (const next of graph.nodes[at]?.[way].flat() ?? []) reached.add(next);
  return reached;
}
