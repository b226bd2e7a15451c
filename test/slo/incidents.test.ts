/** Alerts of simulated objectives, minute by minute: one incident is one alert, and a page stands before tickets. */
import { expect, test } from "vitest";
import type { Objective } from "../../ingest/definitions.ts";
import { type Decided, evaluate } from "../../slo/evaluate.ts";
import {
  type AlertState,
  AlertState as AlertStateSchema,
  advance,
  type Incident,
  NOTHING_YET,
  STALE_AFTER_MS,
  stale,
} from "../../slo/incidents.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, type Stretch, someObjective, somePromise } from "./promise.ts";
import { PAGES, WEEK } from "./week.ts";

const MONTH: Stretch = { minutes: 43_200, good: 1_000, bad: 0 };
const START_MS = MONTH.minutes * MINUTE_MS;

/** What each alert did, told as `name/severity begins@minute`, `ends@minute`. */
function live(
  stretches: readonly Stretch[],
  told: Partial<Objective> = {},
  between: (state: AlertState, minute: number) => AlertState = (state) => state,
) {
  const promised = somePromise(told);
  const sums = [{ good: 0, bad: 0 }];
  for (const { minutes, good, bad } of [MONTH, ...stretches])
    for (let minute = 0; minute < minutes; minute++) {
      const last = sums.at(-1) ?? { good: 0, bad: 0 };
      sums.push({ good: last.good + good, bad: last.bad + bad });
    }
  const upTo = (ms: number) =>
    sums[Math.min(sums.length - 1, Math.max(0, ms / MINUTE_MS))] ?? { good: 0, bad: 0 };
  const count = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => ({
    good: upTo(toMs).good - upTo(fromMs).good,
    bad: upTo(toMs).bad - upTo(fromMs).bad,
  });
  let decided: Decided = new Map();
  let state: AlertState = NOTHING_YET;
  const events: string[] = [];
  const seen = new Map<string, Incident>();
  const whole = new Map<string, readonly unknown[]>();
  const minuteOf = (ms: number | null) => (ms === null ? null : (ms - START_MS) / MINUTE_MS);
  for (let minute = 0; minute <= sums.length - 1 - MONTH.minutes; minute++) {
    const watermarkMs = START_MS + minute * MINUTE_MS;
    const standing = evaluate(promised, { watermarkMs, count, tookMsP99: null, inFlight: 0 }, decided);
    decided = standing.decided;
    const { objective } = promised;
    state = between(advance(state, { objective, slo: standing.view, decided, watermarkMs }), minute);
    for (const incident of state.incidents) note(incident, minute);
  }
  function note(incident: Incident, minute: number) {
    const { name, severity, startsAtMs, endsAtMs } = incident;
    const key = `${name}/${severity}`;
    const own = `${key} ${startsAtMs}`;
    whole.set(own, [name, severity, minuteOf(startsAtMs), minuteOf(endsAtMs)]);
    const before = seen.get(own);
    seen.set(own, incident);
    if (before === undefined) events.push(`${minute} ${key} begins`);
    if (endsAtMs !== null && before?.endsAtMs !== endsAtMs) events.push(`${minute} ${key} ends`);
  }
  return { events, state, incidents: [...whole.values()] };
}

test("a week of everything that can go wrong is four pages and three tickets", () => {
  const { incidents } = live(WEEK, {
    minBadEvents: { page: 2, ticket: 1 },
    expectTraffic: { min: 30, perMs: HOUR_MS },
  });
  expect(incidents).toEqual([
    ...PAGES.slice(0, 2).map((page) => ["ErrorBudgetBurn", "page", ...page]),
    // The outages' own tickets never begin: their pages stand for them.
    ["ErrorBudgetBurn", "ticket", 4_181, 5_180],
    ...PAGES.slice(2).map((page) => ["ErrorBudgetBurn", "page", ...page]),
    // An hour after the last journey none of the thirty that were promised is left in it; the page that the silence froze
    // does not speak of that.
    ["SLONoData", "ticket", 7_060, 7_401],
    ["SLONoData", "ticket", 8_560, 8_701],
  ]);
});

test("a total outage of ten minutes is one page, and no ticket for what paged", () => {
  const { events } = live([
    { minutes: 10, good: 0, bad: 1_000 },
    { minutes: 3_000, good: 1_000, bad: 0 },
  ]);
  expect(events.filter((event) => event.includes("Burn"))).toEqual([
    "1 ErrorBudgetBurn/page begins",
    expect.stringMatching(/^\d+ ErrorBudgetBurn\/page ends$/),
  ]);
});

test("a slow burn at twice the planned rate is one ticket and never a page", () => {
  const { events } = live([{ minutes: 6_000, good: 998, bad: 2 }]);
  expect(events).toEqual(["2161 ErrorBudgetBurn/ticket begins"]);
});

test("a ticket that was raised before the page goes on beside it, with the name it had", () => {
  const { events, state } = live([
    { minutes: 2_400, good: 998, bad: 2 },
    { minutes: 60, good: 500, bad: 500 },
  ]);
  expect(events.slice(0, 2)).toEqual([
    "2161 ErrorBudgetBurn/ticket begins",
    expect.stringMatching(/ErrorBudgetBurn\/page begins$/),
  ]);
  const ticket = state.incidents.find(({ severity }) => severity === "ticket");
  expect(ticket).toMatchObject({ startsAtMs: START_MS + 2_161 * MINUTE_MS, endsAtMs: null });
});

test("what still burns six hours after a page becomes a ticket of its own", () => {
  const { events } = live([
    { minutes: 10, good: 0, bad: 1_000 },
    { minutes: 2_000, good: 996, bad: 4 },
  ]);
  const ends = Number(/^\d+/.exec(events.find((event) => event.endsWith("page ends")) ?? "")?.[0]);
  const begins = Number(/^\d+/.exec(events.find((event) => event.includes("Burn/ticket begins")) ?? "")?.[0]);
  expect(begins - ends).toBeGreaterThanOrEqual(359);
  expect(begins - ends).toBeLessThanOrEqual(361);
});

test("when all journeys stop, a page stays: silence is no recovery", () => {
  const { events, state } = live([
    { minutes: 30, good: 0, bad: 1_000 },
    { minutes: 600, good: 0, bad: 0 },
  ]);
  expect(events.filter((event) => event.endsWith("page ends"))).toEqual([]);
  expect(state.incidents.find(({ severity }) => severity === "page")?.endsAtMs).toBeNull();
});

test("when all journeys stop during a page, that they do is told beside it", () => {
  const stretches = [
    { minutes: 30, good: 0, bad: 1_000 },
    { minutes: 600, good: 0, bad: 0 },
    { minutes: 60, good: 1_000, bad: 0 },
  ];
  const { incidents } = live(stretches, { expectTraffic: { min: 100, perMs: HOUR_MS } });
  expect(incidents.map((one) => one.slice(0, 3))).toEqual([
    ["ErrorBudgetBurn", "page", 1],
    ["SLONoData", "ticket", 90],
  ]);
});

test("journeys that stop are an alert only where some were promised", () => {
  const stop = [{ minutes: 120, good: 0, bad: 0 }];
  expect(live(stop).events).toEqual([]);
  expect(live(stop, { expectTraffic: { min: 100, perMs: HOUR_MS } }).events).toEqual([
    "60 SLONoData/ticket begins",
  ]);
});

test("a spent budget is a ticket, once the page about it is over", () => {
  const { events } = live([
    { minutes: 60, good: 0, bad: 1_000 },
    { minutes: 1_000, good: 1_000, bad: 0 },
  ]);
  const names = events.map((event) => event.replace(/^\d+ /, ""));
  expect(names).toEqual([
    "ErrorBudgetBurn/page begins",
    "ErrorBudgetBurn/page ends",
    "ErrorBudgetExhausted/ticket begins",
  ]);
});

test("a restart in the middle of anything changes nothing", () => {
  const stretches = [
    { minutes: 10, good: 850, bad: 150 },
    { minutes: 120, good: 1_000, bad: 0 },
  ];
  const restarted = (state: AlertState, minute: number) =>
    minute % 7 === 0 ? AlertStateSchema.parse(JSON.parse(JSON.stringify(state))) : state;
  expect(live(stretches, {}, restarted)).toEqual(live(stretches));
});

test("a page begins when its tier does, keeps its labels, and carries those of the objective", () => {
  const { state } = live([{ minutes: 20, good: 850, bad: 150 }], {
    labels: new Map([["team", "checkout"]]),
    severities: { page: "sev1", ticket: "sev3" },
  });
  const page = state.incidents.find(({ severity }) => severity === "page");
  expect(page?.startsAtMs).toBe(START_MS + 6 * MINUTE_MS);
  expect(page?.labels).toEqual({
    alertname: "ErrorBudgetBurn",
    severity: "sev1",
    slo_severity: "page",
    slo_id: "create-order.success",
    slo_service: "checkout-team",
    slo_name: "success",
    team: "checkout",
  });
});

/** Pages one after the other, each of a few minutes: the first begins and ends within the first two hours. */
const flapping = (pages: number): Stretch[] =>
  Array.from({ length: pages }, () => [
    { minutes: 3, good: 0, bad: 1_000 },
    { minutes: 117, good: 1_000, bad: 0 },
  ]).flat();
/** The fast page alone: it clears when five minutes are quiet. */
const FAST_ONLY: Objective["tiers"] = [
  {
    name: "page-slow",
    enabled: false,
    severity: null,
    budget: null,
    burn: null,
    longMs: null,
    shortMs: null,
    afterMs: 0,
    labels: new Map(),
  },
];
const pagesOf = ({ incidents }: AlertState) => incidents.filter(({ severity }) => severity === "page");
/** As it is once a receiver was told of every begin up to then, and of no end. */
const toldOf =
  (target: string, untilMinute = Number.POSITIVE_INFINITY) =>
  (state: AlertState, minute: number): AlertState => {
    if (minute > untilMinute) return state;
    const told = { [target]: START_MS + minute * MINUTE_MS };
    return {
      ...state,
      incidents: state.incidents.map((one) => ({ ...one, told: { ...told, ...one.told } })),
    };
  };

test("a page whose end somebody still has to hear of is kept beside the next one, the newest first", () => {
  const { state } = live(flapping(2), {}, toldOf("webhook-1", 60));
  const [newest, former, ...others] = pagesOf(state);
  expect(others).toEqual([]);
  expect(newest).toMatchObject({ told: {} });
  expect(former).toMatchObject({ told: { "webhook-1": expect.any(Number) }, endTold: {} });
  expect(former?.endsAtMs).toBeLessThan(newest?.startsAtMs ?? 0);
});

test("a page whose end everybody heard of gives its place to the next one", () => {
  const heard = (state: AlertState, minute: number) => {
    const known = toldOf("webhook-1", 60)(state, minute);
    const incidents = known.incidents.map((one) =>
      one.endsAtMs === null ? one : { ...one, endTold: one.told },
    );
    return { ...known, incidents };
  };
  expect(pagesOf(live(flapping(2), {}, heard).state)).toHaveLength(1);
});

test("a page that nobody was told of stays beside the next for as long as news of it may be on the way", () => {
  const soon = [...flapping(1).slice(0, 1), { minutes: 10, good: 1_000, bad: 0 }];
  const again = (minutes: number) =>
    pagesOf(live([...soon, { minutes, good: 0, bad: 1_000 }], { tiers: FAST_ONLY }).state);
  expect(again(2)).toHaveLength(2);
  expect(again(30)).toHaveLength(1);
});

test("ends that nobody takes are kept for a week, and no more than ten of them", () => {
  const { state } = live(flapping(14), {}, toldOf("gone"));
  expect(pagesOf(state)).toHaveLength(11);
  const quiet = { minutes: 8 * 1_440, good: 1_000, bad: 0 };
  expect(pagesOf(live([...flapping(3), quiet], {}, toldOf("gone")).state)).toHaveLength(1);
});

test("numbers that stand still for ten minutes are a page of their own, until they move", () => {
  const at = (ageMs: number, before: Incident | null) => stale(before, { ageMs, nowMs: DAY_MS + ageMs });
  expect(at(STALE_AFTER_MS - 1, null)).toBeNull();
  const begun = at(STALE_AFTER_MS, null);
  expect(begun).toMatchObject({ name: "SLOStale", severity: "page", startsAtMs: DAY_MS, endsAtMs: null });
  expect(at(STALE_AFTER_MS + 60_000, begun)).toBe(begun);
  expect(at(0, begun)?.endsAtMs).toBe(DAY_MS);
});

test("numbers of a time that has not come yet are a page of their own, as of now", () => {
  const at = (ageMs: number) => stale(null, { ageMs, nowMs: DAY_MS });
  expect(at(1 - STALE_AFTER_MS)).toBeNull();
  expect(at(-STALE_AFTER_MS)).toMatchObject({ name: "SLOStale", startsAtMs: DAY_MS, endsAtMs: null });
});

test("an objective is looked at again only as of later", () => {
  const { state } = live([{ minutes: 20, good: 850, bad: 150 }]);
  const slo = evaluate(
    somePromise(),
    { watermarkMs: START_MS, count: () => ({ good: 1, bad: 0 }), tookMsP99: null, inFlight: 0 },
    new Map(),
  ).view;
  const earlier = { objective: someObjective(), slo, decided: new Map(), watermarkMs: START_MS };
  expect(advance(state, earlier)).toBe(state);
});
