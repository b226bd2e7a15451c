/** Journeys of many keys are the same however many are folded at once, and however little fits in memory. */
import { expect, test } from "vitest";
import { keysOf } from "../../ingest/keys.ts";
import { foldKeys } from "../../ingest/survey.ts";
import { at, DEFINITIONS, event } from "./build.ts";
import { Kept } from "./kept.ts";
import { worldOf } from "./world.ts";

test.each([1, 7, 19])("a bound on hops changes no journey: world %s", async (seed) => {
  const { facts, orders } = worldOf(seed);
  const hops = [
    ...facts.map(({ hop }) => hop),
    ...orders.map((order) => event({ name: "placed", atMs: 1, keys: { "order.id": order } })),
  ];
  const source = new Kept();
  source.add(
    "t",
    hops.map((hop) => ({ hop, keys: keysOf(hop, DEFINITIONS.keys) })),
  );
  const keys = orders.map((value) => ({ kind: "order.id", value }));
  const fold = (hopsMax: number) =>
    foldKeys({ source, definitions: DEFINITIONS, tenant: "t", hopsMax, nowNs: at(9_000_000) }, keys);
  const whole = await fold(100_000);
  const one = await Promise.all(
    keys.map((key) =>
      foldKeys({ source, definitions: DEFINITIONS, tenant: "t", hopsMax: 100_000, nowNs: at(9_000_000) }, [
        key,
      ]),
    ),
  );
  expect(whole.journeys).toHaveLength(orders.length);
  expect(one.flatMap(({ journeys }) => journeys)).toEqual(whole.journeys);
  // Less than all of them together have, more than any one of them needs.
  const largest = Math.max(...one.map((each) => each.hops.length));
  expect((await fold(largest)).journeys).toEqual(whole.journeys);
});
