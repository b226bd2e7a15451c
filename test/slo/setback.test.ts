/** What a clock that was ahead left behind, once it is set back. */
import { expect, test } from "vitest";
import { type AlertState, type Incident, NOTHING_YET } from "../../slo/incidents.ts";
import { caughtBack, decidedBy, incidentBy } from "../../slo/setback.ts";
import { DAY_MS, MINUTE_MS } from "./promise.ts";

const NOW_MS = Date.parse("2026-03-10T12:01:30Z");
const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const AHEAD_MS = WATERMARK_MS + DAY_MS;

const incident: Incident = {
  name: "SLONoData",
  sloId: "create-order.success",
  severity: "ticket",
  startsAtMs: AHEAD_MS,
  endsAtMs: AHEAD_MS + MINUTE_MS,
  labels: {},
  told: { "webhook-1": AHEAD_MS },
  endTold: { "webhook-1": AHEAD_MS + MINUTE_MS },
};
const firing = { firing: true, sinceMs: AHEAD_MS, turningMs: AHEAD_MS };

test("what was decided a day ahead was decided by now", () => {
  const ahead: AlertState = {
    watermarkMs: AHEAD_MS,
    decided: [["page-fast", firing]],
    exhausted: { ...firing, turningMs: null },
    noData: { firing: false, sinceMs: WATERMARK_MS - DAY_MS, turningMs: null },
    incidents: [incident],
  };
  const by = { firing: true, sinceMs: WATERMARK_MS, turningMs: WATERMARK_MS };
  expect(caughtBack(ahead, NOW_MS)).toEqual({
    watermarkMs: WATERMARK_MS,
    decided: [["page-fast", by]],
    exhausted: { ...by, turningMs: null },
    noData: ahead.noData,
    incidents: [
      {
        ...incident,
        startsAtMs: WATERMARK_MS,
        endsAtMs: WATERMARK_MS,
        told: { "webhook-1": NOW_MS },
        endTold: { "webhook-1": NOW_MS },
      },
    ],
  });
  expect(decidedBy(new Map([["page-fast", firing]]), WATERMARK_MS)).toEqual(new Map([["page-fast", by]]));
});

test("what another process decided a few minutes ahead is left as it is", () => {
  const state = { ...NOTHING_YET, watermarkMs: WATERMARK_MS + 5 * MINUTE_MS };
  expect(caughtBack(state, NOW_MS)).toBe(state);
});

test("an incident of the past is left as it is, one that lasts from tomorrow lasts from now", () => {
  const past = { ...incident, startsAtMs: WATERMARK_MS - DAY_MS, endsAtMs: null, told: {}, endTold: {} };
  expect(incidentBy(past, NOW_MS)).toBe(past);
  const lasting = { ...past, startsAtMs: AHEAD_MS };
  expect(incidentBy(lasting, NOW_MS)).toEqual({ ...past, startsAtMs: WATERMARK_MS });
});
