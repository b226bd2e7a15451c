import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { messagesOf } from "../../ingest/carriers.ts";
import { forestOf, type Pointer, type Shape } from "../../ingest/forest.ts";
import { graphOf } from "../../ingest/graph.ts";
import { type Keys, keysOf } from "../../ingest/keys.ts";
import { soleSubject } from "../../ingest/sole.ts";
import { stitch } from "../../ingest/stitch.ts";
import { KINDS } from "./build.ts";
import { chance, shuffled, worldOf } from "./world.ts";

const OPTIONS = { kinds: KINDS, subjectKind: "order.id", hubSubjects: 100 };
const KIND_NUMBERS = { span: 1, log: 2, cloudevent: 3 };

/** The words of a span id of 16 hex digits, as columns hold them. */
function wordsOf(spanId: string): Omit<Pointer, "trace"> {
  if (spanId === "") return { spanLow: 0, spanHigh: 0 };
  const bytes = Buffer.from(spanId, "hex");
  return { spanLow: bytes.readUInt32LE(0), spanHigh: bytes.readUInt32LE(4) };
}

/** Hops as numbers, without any of the live machinery. */
function shapeOf(hops: readonly Hop[]): { shape: Shape; keysets: Keys[] } {
  const traces = new Map(
    [...new Set(hops.flatMap((hop) => [hop.traceId, ...hop.links.map((l) => l.traceId)]))].map((id, at) => [
      id,
      at,
    ]),
  );
  const traceOf = (id: string) => (id === "" ? -1 : (traces.get(id) ?? -1));
  const words = (pick: (hop: Hop) => string, half: "spanLow" | "spanHigh") =>
    Uint32Array.from(hops, (hop) => wordsOf(pick(hop))[half]);
  const own = (hop: Hop) => (hop.kind === "cloudevent" ? hop.id.slice(0, 16) : hop.spanId);
  const around = (hop: Hop) => (hop.kind === "log" ? hop.spanId : hop.parentId);
  const links = new Map<number, Pointer[]>();
  const bound = new Set<number>();
  hops.forEach((hop, at) => {
    const ends = hop.links.filter((link) => link.traceId !== "");
    if (ends.length > 0)
      links.set(
        at,
        ends.map((link) => ({ trace: traceOf(link.traceId), ...wordsOf(link.spanId) })),
      );
    if (ends.length > 0 || messagesOf(hop).received.length > 0) bound.add(at);
  });
  const shape: Shape = {
    size: hops.length,
    kind: Uint8Array.from(hops, (hop) => KIND_NUMBERS[hop.kind]),
    trace: Int32Array.from(hops, (hop) => traceOf(hop.traceId)),
    spanLow: words(own, "spanLow"),
    spanHigh: words(own, "spanHigh"),
    aroundLow: words(around, "spanLow"),
    aroundHigh: words(around, "spanHigh"),
    digest: Uint32Array.from(hops, (hop) => hop.digest),
    keyset: Int32Array.from(hops, (_, at) => at),
    links,
    bound,
    isPlain: true,
  };
  return { shape, keysets: hops.map((hop) => keysOf(hop, KINDS)) };
}

/** Everything that one or two orders of a world are about, some of it told twice or missing, and now and then nobody's. */
function company(seed: number): Hop[] {
  const world = worldOf(seed);
  const next = chance(seed ^ 0x5eed);
  const some = new Set(world.orders.slice(0, next() < 0.9 ? 1 : 2));
  const missing = next() < 0.5 ? 0 : next() * 0.4;
  const withNobodys = next() < 0.3;
  return shuffled(world.facts, seed)
    .filter(
      ({ orders }) => (withNobodys && orders.size === 0) || [...orders].some((order) => some.has(order)),
    )
    .filter(() => next() >= missing)
    .flatMap(({ hop }) => (next() < 0.1 ? [hop, hop] : [hop]));
}

/** A batch whose order is told elsewhere in its tree, with a message in it whose own producer never came. */
const BROKE_ONCE = [644_712_550, 1_987_290_188];

test("where one subject is said to have everything, the whole rule says the same", () => {
  let told = 0;
  let runs = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
      const hops = company(seed);
      const { shape, keysets } = shapeOf(hops);
      const forest = forestOf(shape);
      const subject = forest === null ? null : soleSubject({ forest, keysets }, OPTIONS);
      runs++;
      if (subject === null) return;
      told++;
      const stitched = stitch(graphOf(hops, KINDS), OPTIONS);
      expect([...stitched.keys()]).toEqual([`${subject.kind}=${subject.value}`]);
      const members = stitched.get(`${subject.kind}=${subject.value}`) ?? [];
      expect(members.map(({ hop }) => hop.id)).toEqual([...new Set(hops.map(({ id }) => id))].sort());
    }),
    { numRuns: Number(process.env["WAYBILL_WORLDS"] ?? 600), examples: BROKE_ONCE.map((seed) => [seed]) },
  );
  // It must tell often enough to be worth having.
  expect(told / runs).toBeGreaterThan(0.12);
});
