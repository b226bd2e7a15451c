import { describe, expect, test } from "vitest";
import { type Cluster, newCluster } from "../../ingest/cluster.ts";
import { isDue, type Standing } from "../../ingest/due.ts";

const NOW = 1_000_000;
const CALM: Standing = {
  nowMs: NOW,
  everything: false,
  waiting: 10_000,
  waitsForJournal: false,
  isEarly: () => false,
};

/** One whose first new fact came, and whose last fact did, so long ago; ms. */
function cluster(waitsMs: number, quietMs: number, more: Partial<Cluster> = {}): Cluster {
  return { ...newCluster(NOW - quietMs, 1), dirtyMs: NOW - waitsMs, ...more };
}

const ALWAYS = (): boolean => true;

describe("a cluster with new facts is settled", () => {
  test.each([
    ["once it was left alone for a second", cluster(1_500, 1_000), {}, true],
    ["not while more comes", cluster(1_500, 900), {}, false],
    ["after five seconds, whatever comes", cluster(5_000, 0), {}, true],
    ["at once when few wait", cluster(0, 0), { waiting: 499 }, true],
    ["at once when everything is", cluster(0, 0), { everything: true }, true],
    ["when our clock was set back behind its facts", cluster(-1, -1), {}, true],
    ["not while it rests", cluster(5_000, 5_000, { restsUntilMs: NOW + 1 }), {}, false],
    [
      "but not resting for longer than anything waits",
      cluster(5_000, 5_000, { restsUntilMs: NOW + 5_001 }),
      {},
      true,
    ],
    [
      "not before the journal is read",
      cluster(9_000, 9_000, { isPending: true }),
      { waitsForJournal: true },
      false,
    ],
    [
      "pending or not when nobody waits for the journal",
      cluster(9_000, 9_000, { isPending: true }),
      {},
      true,
    ],
    ["not early", cluster(4_999, 4_999), { isEarly: ALWAYS, everything: true }, false],
    ["early when it has waited for long", cluster(5_000, 0), { isEarly: ALWAYS }, true],
  ])("%s", (_, waiting, standing, expected) => {
    expect(isDue(waiting, { ...CALM, ...standing })).toBe(expected);
  });
});
