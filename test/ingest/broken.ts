/**
 * Broken: rules that are almost right, each with a world that the law of its kind fails on.
 *
 * Each is a mistake that was made somewhere in the field. They are put together from the product's own pure modules.
 */
import type { Hop } from "../../collector/hop.ts";
import { fold } from "../../ingest/fold.ts";
import { gather } from "../../ingest/gather.ts";
import { type Graph, graphOf } from "../../ingest/graph.ts";
import { keysOf } from "../../ingest/keys.ts";
import { reach } from "../../ingest/reach.ts";
import { settle } from "../../ingest/settle.ts";
import { type Membership, type Stitched, stitch } from "../../ingest/stitch.ts";
import { KINDS } from "./build.ts";
import { kept, type LAWS, OPTIONS, REAL, type Rules } from "./laws.ts";

/** One mistake and where it shows. */
export interface Broken {
  readonly mistake: string;
  readonly law: keyof typeof LAWS;
  readonly rules: Rules;
  /** the world, and the chance in what is done to it, that show it */
  readonly seed: number;
  readonly other: number;
}

const over =
  (graphed: (hops: readonly Hop[]) => Graph): Rules["stitch"] =>
  (hops, subjectKind = "order.id") =>
    stitch(graphed(hops), { ...OPTIONS, subjectKind });

/** Of two versions of one fact the one that came first. */
function firstTold(hops: readonly Hop[]): Hop[] {
  const byId = new Map<string, Hop>();
  for (const hop of hops) if (!byId.has(hop.id)) byId.set(hop.id, hop);
  return [...byId.values()];
}

/** A log's identity depends on when it came. */
function datedLogs(hops: readonly Hop[]): Hop[] {
  return hops.map((hop) => (hop.kind === "log" ? { ...hop, id: `${hop.id}@${hop.receivedNs}` } : hop));
}

/** Every hop of a trace that has an order is that order's. */
function tracesAreOrders(hops: readonly Hop[]): Stitched {
  return new Map(
    [...REAL.stitch(hops)].map(([name, members]): [string, Membership[]] => {
      const [first] = members;
      const traces = new Set(members.map(({ hop }) => hop.traceId).filter((id) => id !== ""));
      const ids = new Set(members.map(({ hop }) => hop.id));
      const more = graphOf(hops, KINDS).nodes.filter(
        ({ hop }) => traces.has(hop.traceId) && !ids.has(hop.id),
      );
      if (first === undefined) return [name, []];
      return [
        name,
        [
          ...members,
          ...more.map((node) => ({ ...first, hop: node.hop, evidence: { rule: "cause" as const } })),
        ],
      ];
    }),
  );
}

/** A message span takes whatever its batch has. */
function notBound(hops: readonly Hop[]): Graph {
  const graph = graphOf(hops, KINDS);
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ownMessages: false })) };
}

/** What carries no key is not looked at. */
function withKeys(hops: readonly Hop[]): Graph {
  return graphOf(
    hops.filter((hop) => keysOf(hop, KINDS).size > 0),
    KINDS,
  );
}

/** The reason names some hop of the order. */
function someHop(hops: readonly Hop[]): Stitched {
  return new Map(
    [...REAL.stitch(hops)].map(([name, members]) => [
      name,
      members.map((member) => {
        const through = members[0]?.hop.id ?? "";
        return member.evidence.through === undefined
          ? member
          : { ...member, evidence: { ...member.evidence, through } };
      }),
    ]),
  );
}

/** Looks once for the key, and not on for what these hops lead to. */
const lookOnce: typeof gather = async (source, wanted, options) => {
  const rows = await source.refs(options.tenant, [...wanted.keys]);
  const graph = graphOf(await source.hops(options.tenant, rows), options.kinds);
  return { graph, complete: reach({ graph, wanted, options }).complete, truncated: false };
};

/** One process looks only at what it took itself: here, at what lies in the first half of the places. */
const ownOnly: typeof gather = (source, wanted, options) =>
  gather(
    {
      ...source,
      refs: async (t, refs) => (await source.refs(t, refs)).filter(({ locality }) => locality % 2n === 0n),
    },
    wanted,
    options,
  );

/** Only journeys whose subject stands on a new hop are folded again. */
const ownKeysOnly: typeof settle = async (options, hops, nowNs) => {
  const settled = await settle(options, hops, nowNs);
  const said = new Set(
    hops.flatMap((hop) => [...keysOf(hop, KINDS)].flatMap(([k, vs]) => vs.map((v) => `${k}=${v}`))),
  );
  const isSaid = ({ subject }: { subject: { kind: string; id: string } }) =>
    said.has(`${subject.kind}=${subject.id}`);
  return { ...settled, journeys: settled.journeys.filter(isSaid) };
};

/** What a nearer key took everything from keeps its row. */
const neverClosed: typeof settle = async (options, hops, nowNs) => {
  const { journeys, merged } = await settle(options, hops, nowNs);
  return { journeys, merged: merged.filter(({ into }) => into.length > 0) };
};

/** A stand-in that belongs to another stand-in keeps its row. */
const onlyInto: typeof settle = async (options, hops, nowNs) => {
  const { journeys, merged } = await settle(options, hops, nowNs);
  const kinds = new Map(options.definitions.journeys.map(({ name, subject }) => [name, subject]));
  const isOf = (definition: string, { kind }: { kind: string }) => kinds.get(definition) === kind;
  return {
    journeys,
    merged: merged.filter(({ definition, subject, into }) =>
      [subject, ...into].some((each) => isOf(definition, each)),
    ),
  };
};

/** A request is settled from its own hops, not from all that are stored. */
const requestOnly: typeof settle = (options, hops, nowNs) =>
  settle({ ...options, source: kept(hops) }, hops, nowNs);

/** What arrives long after it happened does not count. */
const windowed: typeof fold = (folding, nowNs) =>
  fold(
    { ...folding, hops: folding.hops.filter((hop) => hop.receivedNs - hop.atNs < 3_600_000_000_000n) },
    nowNs,
  );

/** The recorded mistakes. */
export const BROKEN: readonly Broken[] = [
  {
    mistake: "the version that came first holds",
    law: "order-free",
    rules: { ...REAL, stitch: (hops, kind) => REAL.stitch(firstTold(hops), kind) },
    seed: 7,
    other: 7,
  },
  {
    mistake: "a log that comes again is another log",
    law: "idempotent",
    rules: { ...REAL, stitch: (hops, kind) => REAL.stitch(datedLogs(hops), kind) },
    seed: 0,
    other: 0,
  },
  {
    mistake: "a lookup looks once",
    law: "partition-free",
    rules: { ...REAL, gather: lookOnce },
    seed: 0,
    other: 0,
  },
  {
    mistake: "a process looks only at what it took itself",
    law: "partition-free",
    rules: { ...REAL, gather: ownOnly },
    seed: 0,
    other: 0,
  },
  {
    mistake: "a trace is an order",
    law: "no-merge",
    rules: { ...REAL, stitch: tracesAreOrders },
    seed: 0,
    other: 0,
  },
  {
    mistake: "a message takes what its batch has",
    law: "no-merge",
    rules: { ...REAL, stitch: over(notBound) },
    seed: 0,
    other: 0,
  },
  {
    mistake: "hops without keys are dropped",
    law: "conserved",
    rules: { ...REAL, stitch: over(withKeys) },
    seed: 0,
    other: 0,
  },
  {
    mistake: "the reason names some hop of the order",
    law: "explained",
    rules: { ...REAL, stitch: someHop },
    seed: 0,
    other: 0,
  },
  {
    mistake: "only what a new hop names is folded again",
    law: "same-read",
    rules: { ...REAL, settle: ownKeysOnly },
    seed: 1,
    other: 1,
  },
  {
    mistake: "a journey that has nothing left keeps its row",
    law: "same-read",
    rules: { ...REAL, settle: neverClosed },
    seed: 6,
    other: 6,
  },
  {
    mistake: "a stand-in of a stand-in keeps its row",
    law: "same-read",
    rules: { ...REAL, settle: onlyInto },
    seed: 5,
    other: 5,
  },
  {
    mistake: "a request is settled from its own hops",
    law: "same-read",
    rules: { ...REAL, settle: requestOnly },
    seed: 0,
    other: 0,
  },
  {
    mistake: "what comes late does not count",
    law: "late = early",
    rules: { ...REAL, fold: windowed },
    seed: 0,
    other: 0,
  },
];
