import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import type { HopSource } from "../../ingest/gather.ts";
import { keysOf } from "../../ingest/keys.ts";
import { type Settled, settle } from "../../ingest/settle.ts";
import { at, DEFINITIONS, event, KINDS } from "./build.ts";
import { Kept } from "./kept.ts";

const NOW_NS = at(3_600_000);

interface Asking {
  readonly news: readonly Hop[];
  /** of one call; count. @default more than there are */
  readonly hopsMax?: number;
}

/** What some of these hops change, how often hops were loaded for that, and what it cost; ms of a processor. */
async function settled(hops: readonly Hop[], { news, hopsMax = 1_000_000 }: Asking) {
  const kept = new Kept();
  kept.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, KINDS) })),
  );
  let loads = 0;
  const source: HopSource = {
    refs: kept.refs,
    elders: kept.elders,
    hops: async (tenant, places) => {
      loads += 1;
      return (await kept.hops(tenant, places)).slice(0, hopsMax + 1);
    },
  };
  const before = process.cpuUsage();
  const told = await settle({ source, definitions: DEFINITIONS, tenant: "t", hopsMax }, news, NOW_NS);
  return { told, loads, cpuMs: process.cpuUsage(before).user / 1_000 };
}

const idsOf = ({ journeys }: Settled) => journeys.map(({ subject }) => subject.id).sort();

describe("a key that many carry", () => {
  test("costs what there are of its orders, not their square", async () => {
    const hops = Array.from({ length: 6_000 }, (_, n) =>
      event({ name: "placed", keys: { "order.id": `O${n}`, "package.id": "P" }, atMs: n }),
    );
    const { told, cpuMs } = await settled(hops, { news: hops.slice(0, 1) });
    expect(told.journeys).toHaveLength(6_000);
    expect(cpuMs).toBeLessThan(3_000);
  });

  test("costs what there are of its hops, not their square", async () => {
    const hops = Array.from({ length: 8_000 }, (_, n) =>
      event({ name: n === 0 ? "placed" : "polled", keys: { "correlation.id": "c" }, atMs: n }),
    );
    const { told, cpuMs } = await settled(hops, { news: hops.slice(-50) });
    expect(idsOf(told)).toEqual(["c"]);
    expect(cpuMs).toBeLessThan(3_000);
  });

  test("and is in more orders than are folded in a moment lets others in meanwhile", async () => {
    const hops = Array.from({ length: 2_000 }, (_, n) =>
      event({ name: "placed", keys: { "order.id": `O${n}`, "package.id": "P" }, atMs: n }),
    );
    let turns = 0;
    const clock = setInterval(() => {
      turns += 1;
    }, 1);
    await settled(hops, { news: hops.slice(0, 1) });
    clearInterval(clock);
    expect(turns).toBeGreaterThan(10);
  });
});

describe("more than can be loaded at once", () => {
  const poll = (n: number) => event({ name: "polled", keys: { "correlation.id": "c" }, atMs: n });
  const place = (n: number) => event({ name: "placed", keys: { "order.id": `O${n}` }, atMs: n });

  test("is taken in parts, each journey whole", async () => {
    const pay = (n: number) => event({ name: "paid", keys: { "order.id": `O${n}` }, atMs: n + 1 });
    const hops = Array.from({ length: 40 }, (_, n) => [place(n), pay(n)]).flat();
    const { told } = await settled(hops, { news: hops, hopsMax: 30 });
    expect(told.journeys.map(({ steps }) => steps.filter(({ state }) => state === "done").length)).toEqual(
      Array.from({ length: 40 }, () => 2),
    );
  });

  test("is loaded once for all hops that share the key which is to blame, and others are told", async () => {
    const crowd = Array.from({ length: 300 }, (_, n) => poll(n));
    const news = [...crowd.slice(0, 100), ...[1, 2, 3].map(place)];
    const { told, loads } = await settled([...crowd, ...news.slice(100)], { news, hopsMax: 200 });
    expect(idsOf(told)).toEqual(expect.arrayContaining(["O1", "O2", "O3"]));
    expect(loads).toBeLessThan(8);
  });
});
