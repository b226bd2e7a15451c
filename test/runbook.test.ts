/** What the runbook tells a person to look at has to be there. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createCounters } from "../collector/counters.ts";
import { FAILURES, Failure } from "../errors.ts";
import { zeroStats } from "../ingest/stats.ts";
import { type MetricSources, type ObjectiveSources, renderAllMetrics } from "../query/metrics.ts";
import { ALERT_NAMES } from "../slo/incidents.ts";
import { runbookUrlOf } from "../slo/runbook.ts";

const RUNBOOK = readFileSync(new URL("../docs/runbook.md", import.meta.url), "utf8");

const away = () => Promise.reject(new Failure("store_unavailable"));
const counters = createCounters();
counters.traces.rejected.set("span_id", 1);

const OBJECTIVES: ObjectiveSources = {
  board: { read: away, latest: () => null },
  evaluator: { stats: { evaluations: 0, lastMs: 0, failures: 1, leads: true } },
  notifier: { stats: () => [{ target: "webhook-1", waiting: 1, delivered: 0, lost: 0 }] },
};

const NOTHING: MetricSources = {
  counters,
  pipeline: { ...zeroStats(), unsettled: 0, fromMemory: 0, fromStore: 0 },
  letters: { kept: 0, dropped: 0 },
  journal: {
    bytes: 0,
    bytesMax: 1,
    segments: 1,
    damagedSpots: 0,
    damagedBytes: 0,
    missingSegments: 0,
    emptySegments: 0,
    unreadableSegments: 0,
  },
  backlog: { parked: 0, replayed: 0, unreadable: 0 },
  objectives: OBJECTIVES,
  startedMs: 0,
  now: () => 0,
};

test("every metric that the runbook names is exported, with the store away too", async () => {
  const text = await renderAllMetrics(NOTHING);
  const exported = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
  const named = [...RUNBOOK.matchAll(/waybill_\w+/g)]
    .map(([name]) => name)
    .filter((name) => name !== "waybill_");
  expect(named.length).toBeGreaterThan(8);
  expect(exported).toEqual(expect.arrayContaining(named));
});

test("who scrapes does not wait for objectives that are still being counted", async () => {
  const text = await renderAllMetrics({
    ...NOTHING,
    objectives: { ...OBJECTIVES, board: { read: () => new Promise(() => {}), latest: () => null } },
  });
  expect(text).toContain("waybill_slo_watermark_age_seconds 0");
});

test("every outcome that the runbook names is one that requests are counted under", () => {
  const outcomes = [...RUNBOOK.matchAll(/outcome="(\w+)"/g)].map(([, outcome]) => outcome);
  expect(outcomes.length).toBeGreaterThan(2);
  expect(Object.keys(FAILURES)).toEqual(expect.arrayContaining(outcomes));
});

function headings(): string[] {
  const all = [...RUNBOOK.matchAll(/^##+ (.+)$/gm)];
  return all.map(([, heading = ""]) => heading.toLowerCase().replace(/ /g, "-"));
}

test("every heading that the symptoms lead to is there", () => {
  const links = [...RUNBOOK.matchAll(/\]\(#([\w-]+)\)/g)].map(([, link]) => link);
  expect(headings()).toEqual(expect.arrayContaining(links));
});

test("every alert leads to its own heading", () => {
  const links = ALERT_NAMES.map((name) => new URL(runbookUrlOf(name, "https://git.example.com/runbook.md")));
  expect(headings()).toEqual(expect.arrayContaining(links.map(({ hash }) => hash.slice(1))));
});
