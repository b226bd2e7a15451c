/** OpenSLO as it is written in the world: what is read, what is refused, and what is said about it. */
import { describe, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { Failure } from "../../errors.ts";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";
import { exportOpenSlo } from "../../slo/openslo_export.ts";
import { importOpenSlo, renderImported } from "../../slo/openslo_import.ts";
import { days, someDefinition, someObjective } from "./promise.ts";

const WAYBILL = { metricSource: { type: "waybill", spec: { journey: "create-order" } } };
const RATIO = { metadata: { name: "orders" }, spec: { ratioMetric: { good: WAYBILL, total: WAYBILL } } };

/** An SLO that is fine, unless its spec is told otherwise. */
function slo(told: object = {}, more: object = {}) {
  return {
    apiVersion: "openslo/v1",
    kind: "SLO",
    metadata: { name: "create-order-success" },
    spec: {
      service: "shop",
      indicator: RATIO,
      timeWindow: [{ duration: "28d", isRolling: true }],
      budgetingMethod: "Occurrences",
      objectives: [{ target: 0.995 }],
      ...told,
    },
    ...more,
  };
}

const read = (...trees: object[]) => importOpenSlo(trees.map((tree) => stringify(tree)).join("---\n"));

/** What is said of a text that is refused. */
function refused(...trees: object[]): string {
  try {
    read(...trees);
  } catch (error) {
    if (error instanceof Failure) return error.detail;
    throw error;
  }
  return "";
}

/** An SLO with one policy of one condition. */
const burning = (condition: object, policy: object = {}, severity = "page") =>
  slo({
    alertPolicies: [
      {
        kind: "AlertPolicy",
        metadata: { name: "policy" },
        spec: {
          alertWhenBreaching: true,
          conditions: [
            {
              kind: "AlertCondition",
              metadata: { name: "burns" },
              spec: {
                severity,
                condition: {
                  kind: "burnrate",
                  threshold: 2,
                  lookbackWindow: "1h",
                  alertAfter: "5m",
                  ...condition,
                },
              },
            },
          ],
          ...policy,
        },
      },
    ],
  });

const first = (...trees: object[]) => read(...trees).journeys.get("create-order")?.[0];

describe("an SLO about a journey", () => {
  test("is an objective of it, with the four tiers", () => {
    expect(first(slo())).toMatchObject({ name: "success", target: "99.5%", window: "28d" });
    expect(first(slo())).not.toHaveProperty("tiers");
  });

  test.each([
    [{ target: 0.9995 }, "99.95%"],
    [{ targetPercent: 99.95 }, "99.95%"],
    [{ target: 0.5 }, "50%"],
    [{ targetPercent: 7 }, "7%"],
    [{ target: 0.000001 }, "0.0001%"],
  ])("wants %j as %s, by its digits", (objective, target) => {
    expect(first(slo({ objectives: [objective] }))).toMatchObject({ target });
  });

  test.each([
    [{ duration: "4w", isRolling: true }, "28d"],
    [{ duration: "720h" }, "30d"],
    [{ duration: "1M", calendar: { startTime: "2020-01-01 00:00:00", timeZone: "UTC" } }, "month"],
    [
      { duration: "1Q", calendar: { startTime: "2020-10-01 00:00:00", timeZone: "Europe/Berlin" } },
      { calendar: "quarter", time_zone: "Europe/Berlin" },
    ],
    [{ duration: "12M", calendar: { startTime: "2020-01-01T00:00:00", timeZone: "UTC" } }, "year"],
  ])("over %j is over %j", (timeWindow, window) => {
    expect(first(slo({ timeWindow: [timeWindow] }))).toMatchObject({ window });
  });

  test("with several targets is several objectives, and one SLO again", () => {
    const objectives = [{ target: 0.99, displayName: "Good" }, { targetPercent: 99.9 }];
    expect(read(slo({ objectives })).journeys.get("create-order")).toMatchObject([
      { name: "success", target: "99%" },
      { name: "success-2", target: "99.9%" },
    ]);
  });

  test("says nothing about other documents than its own; a list is as good as documents", () => {
    const text = stringify([slo(), { ...slo(), metadata: { name: "other" } }]);
    expect(importOpenSlo(text).journeys.get("create-order")).toMatchObject([
      { name: "success" },
      { name: "other" },
    ]);
  });
});

describe("a condition", () => {
  test("is a tier of one window, and takes the place of the four", () => {
    expect(first(burning({}))).toMatchObject({
      tiers: {
        "page-fast": "off",
        "page-slow": "off",
        "ticket-fast": "off",
        "ticket-slow": "off",
        burns: { severity: "page", burn: "2", long: "1h", short: "1h", after: "5m" },
      },
    });
  });

  test.each([
    ["page", "page", undefined],
    ["sev1", "page", { severity: "sev1" }],
    ["warning", "ticket", { severity: "warning" }],
    ["ticket", "ticket", undefined],
  ])("of severity %s wakes for a %s", (written, severity, labels) => {
    const { tiers } = first(burning({}, {}, written)) as { tiers: { burns: object } }; // as above
    expect(tiers.burns).toEqual({
      burn: "2",
      long: "1h",
      short: "1h",
      after: "5m",
      severity,
      ...(labels && { labels }),
    });
  });

  test("stands beside the four when the annotation says so", () => {
    const both = {
      ...burning({}),
      metadata: { name: "x", annotations: { "waybill/burn-tiers": "google-30d" } },
    };
    expect(Object.keys((first(both) as { tiers: object }).tiers)).toEqual(["burns"]); // as above
  });

  test("brings notes on what Waybill does otherwise", () => {
    const { notes } = read(
      burning({ op: "gte" }, { alertWhenNoData: true, notificationTargets: [{ targetRef: "mail" }] }),
    );
    expect(notes).toEqual([
      "AlertPolicy policy: silence is told of only where expect_traffic says how much there should be",
      "AlertPolicy policy: where to post is said in `notify`, not per objective",
      "AlertPolicy policy: op gte is read as gt: a burn of exactly the threshold does not fire",
    ]);
  });
});

describe("what cannot be meant, or cannot be done, is refused with the reason", () => {
  const calendar = { startTime: "2020-01-01 00:00:00", timeZone: "UTC" };

  test.each([
    // OpenSLO's own example says `duration: 1m # month`: that is one minute
    [
      { timeWindow: [{ duration: "1m", isRolling: true }] },
      "1m is 1 minutes, and windows are whole days (m is minutes, M months)",
    ],
    [
      { timeWindow: [{ duration: "1M", isRolling: true }] },
      "1M needs a calendar: rolling windows are of days and weeks",
    ],
    [{ timeWindow: [{ duration: "28D" }] }, '"28D" is no duration such as 5m, 1h, 28d, 4w, 1M, 1Q, 1Y'],
    [{ timeWindow: [{ duration: "28d", isRolling: false }] }, "is not rolling, but has no calendar"],
    [
      { timeWindow: [{ duration: "28d", calendar }] },
      "28d of a calendar is not a month, a quarter or a year",
    ],
    [{ timeWindow: [{ duration: "2M", calendar }] }, "2M of a calendar is not a month, a quarter or a year"],
    [{ timeWindow: [{ duration: "1M", isRolling: true, calendar }] }, "is rolling, and has a calendar"],
    [
      { timeWindow: [{ duration: "1M", calendar: { ...calendar, startTime: "2022-01-01 12:00:00" } }] },
      "2022-01-01 12:00:00 is not when a month begins",
    ],
    [
      { timeWindow: [{ duration: "1Q", calendar: { ...calendar, startTime: "2022-02-01 00:00:00" } }] },
      "2022-02-01 00:00:00 is not when a quarter begins",
    ],
    [{ timeWindow: [] }, "spec/timeWindow must be a list of exactly one"],
    [{ budgetingMethod: "Timeslices" }, "Timeslices count good minutes, Waybill counts journeys"],
    [
      { budgetingMethod: "RatioTimeslices" },
      "a mean of ratios, in which a quiet minute weighs as much as a busy one",
    ],
    [{ budgetingMethod: "occurrences" }, 'budgetingMethod "occurrences" is not known'],
    [{ objectives: [{ target: 0.9, indicatorRef: "x" }] }, "is a composite of indicators"],
    [{ objectives: [{ target: 0.9, compositeWeight: 2 }] }, "is a composite of indicators"],
    [{ objectives: [{ target: 1 }] }, "target must be below 100%"],
    [{ objectives: [{ target: 0 }] }, "target 0% promises nothing"],
    [{ objectives: [{ target: 0.9, targetPercent: 90 }] }, "needs either target or targetPercent"],
    [{ objectives: [{}] }, "needs either target or targetPercent"],
    [{ indicator: undefined }, "needs either indicator or indicatorRef"],
    [{ indicator: undefined, indicatorRef: "gone" }, 'refers to the SLI "gone", which is not in the file'],
    [
      { indicator: { ...RATIO, spec: { thresholdMetric: WAYBILL } } },
      "a threshold on how long a journey takes is `within` in the spec of a ratioMetric",
    ],
    [
      {
        indicator: {
          ...RATIO,
          spec: { ratioMetric: { good: { metricSource: { type: "Prometheus", spec: { query: "up" } } } } },
        },
      },
      "its indicator reads Prometheus, and Waybill counts journeys: say metricSource {type: waybill, spec: {journey: …}}",
    ],
    [
      { alertPolicies: [{ alertPolicyRef: "gone" }] },
      'refers to the AlertPolicy "gone", which is not in the file',
    ],
    [{ colour: "red" }, "spec/colour is not in OpenSLO v1"],
    [{ service: undefined }, "spec/service is missing"],
  ])("%j", (told, why) => {
    expect(refused(slo(told))).toContain(why);
  });

  test.each([
    ["lte", "op lte would alert while little burns; a breach is gt, whatever OpenSLO's examples say"],
    ["lt", "op lt would alert while little burns"],
  ])("a condition with op %s", (op, why) => {
    expect(refused(burning({ op }))).toContain(why);
  });

  test("a condition over a month, or of another kind", () => {
    expect(refused(burning({ lookbackWindow: "1M" }))).toContain("1M is a time of the calendar");
    expect(refused(burning({ kind: "events" }))).toContain('kind "events" is not burnrate');
  });

  test("terms of Waybill that make no sense, by their names", () => {
    const spec = { journey: "create-order", wihtin: "4s" };
    const source = { metricSource: { type: "waybill", spec } };
    const indicator = { metadata: { name: "x" }, spec: { ratioMetric: { good: source, total: WAYBILL } } };
    expect(refused(slo({ indicator }))).toContain(
      "SLO create-order-success: as an objective of Waybill, wihtin",
    );
  });

  test.each([
    [
      "openslo/v1alpha",
      "v1alpha is what Sloth reads. In openslo/v1 `timeWindows` of {unit, count} is `timeWindow`",
    ],
    [
      "openslo.com/v2alpha",
      "v2alpha is a draft. In openslo/v1 `sli` and `sliRef` are `indicator` and `indicatorRef`",
    ],
    ["openslo/v2alpha1", "v2alpha is a draft"],
    ["openslo/v0.1.0-beta", "it is older than openslo/v1"],
    ["sloth.slok.dev/v1", "it is Sloth's own format, not OpenSLO"],
    ["apps/v1", "Waybill reads openslo/v1"],
  ])("version %s", (apiVersion, why) => {
    expect(refused(slo({}, { apiVersion }))).toMatch(
      new RegExp(`^document 1: apiVersion is "${apiVersion}": `),
    );
    expect(refused(slo({}, { apiVersion }))).toContain(why);
  });

  test("a kind that is none, no SLO at all, and what is not YAML", () => {
    expect(refused(slo({}, { kind: "SLOs" }))).toContain('unknown kind "SLOs"; did you mean "SLO"?');
    const service = { apiVersion: "openslo/v1", kind: "Service", metadata: { name: "x" }, spec: {} };
    expect(refused(service)).toContain("there is no SLO in it");
    expect(() => importOpenSlo("a: [")).toThrow(Failure);
    expect(() => importOpenSlo("")).toThrow(/there is no document in it/);
  });
});

describe("an export", () => {
  const definition = someDefinition([]);

  test("names the journey in its metric source, and is valid OpenSLO", () => {
    const objective = someObjective({
      name: "fast",
      measure: { kind: "latency", withinMs: 400 },
      window: days(28),
    });
    const [service, exported] = parseAllDocuments(exportOpenSlo([{ definition, objective }])).map((one) =>
      one.toJS(),
    );
    expect(service).toEqual({
      apiVersion: "openslo/v1",
      kind: "Service",
      metadata: { name: "create-order" },
      spec: {},
    });
    expect(exported).toMatchObject({
      metadata: { name: "create-order-fast" },
      spec: {
        service: "create-order",
        timeWindow: [{ duration: "28d", isRolling: true }],
        budgetingMethod: "Occurrences",
        objectives: [{ target: 0.999 }],
        indicator: {
          spec: {
            ratioMetric: {
              good: {
                metricSource: {
                  type: "waybill",
                  spec: { journey: "create-order", objective: "fast", within: "400ms" },
                },
              },
            },
          },
        },
      },
    });
  });

  test("gives two objectives whose names OpenSLO cannot tell apart two names", () => {
    const promises = ["a.b", "a_b"].map((name) => ({ definition, objective: someObjective({ name }) }));
    const names = parseAllDocuments(exportOpenSlo(promises)).map((one) => one.toJS().metadata.name);
    expect(names).toEqual(["create-order", "create-order-a-b", "create-order-a-b-2"]);
  });

  test("says what the objective says now, and keeps what the document said beyond that", () => {
    const labelled = { name: "create-order-success", displayName: "Orders", labels: { team: "a" } };
    const written = renderImported(read(slo({}, { metadata: labelled })));
    const edited = written
      .replace("99.5%", "99%")
      .replace(
        "  create-order:\n",
        "  create-order:\n    subject: order.id\n    owner: us\n    steps: { placed: { event: placed } }\n",
      );
    const outcome = parseDefinitions(edited, "w.yaml");
    if ("problems" in outcome) throw new Error(outcome.problems.map(renderProblem).join("\n"));
    const [promised] = outcome.definitions.journeys;
    if (promised === undefined) throw new RangeError("there is one");
    const promises = promised.objectives.map((objective) => ({ definition: promised, objective }));
    const back = parseAllDocuments(exportOpenSlo(promises)).map((one) => one.toJS());
    expect(back.find(({ kind }) => kind === "SLO")).toMatchObject({
      metadata: labelled,
      spec: { service: "shop", objectives: [{ target: 0.99 }] },
    });
  });
});
