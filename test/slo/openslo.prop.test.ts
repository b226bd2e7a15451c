/** OpenSLO and back, and Waybill and back: nothing is lost either way. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import type { Definition, Exclusion, Fraction, Objective, TierOverride } from "../../ingest/definitions.ts";
import { recurrence } from "../../ingest/rrule.ts";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";
import { exportOpenSlo } from "../../slo/openslo_export.ts";
import { importOpenSlo } from "../../slo/openslo_import.ts";
import { DAY_MS, MINUTE_MS, someDefinition, someObjective } from "./promise.ts";

/** What was imported, as objectives of a file that knows the journey. */
function objectivesOf(text: string): readonly Objective[] {
  const { journeys } = importOpenSlo(text);
  const steps = { placed: { event: "placed" }, paid: { event: "paid" } };
  const file = stringify({
    tags: { partner: ["partner"], channel: ["channel"] },
    journeys: Object.fromEntries(
      [...journeys].map(([name, objectives]) => [
        name,
        { subject: "order.id", owner: "us", steps, objectives },
      ]),
    ),
  });
  const outcome = parseDefinitions(file, "w.yaml");
  if ("problems" in outcome) throw new Error(`${outcome.problems.map(renderProblem).join("\n")}\n${file}`);
  return outcome.definitions.journeys.flatMap(({ objectives }) => objectives);
}

function exported(objectives: readonly Objective[], definition: Definition = someDefinition([])): string {
  return exportOpenSlo(objectives.map((objective) => ({ definition, objective })));
}

const words = fc.constantFrom(
  "checkout",
  "pays in time",
  "a: b",
  "yes",
  "007",
  "ünïcode",
  "2 lines\nof text",
);
const name = fc.constantFrom("success", "fast", "p.a_y", "x1", "Big-One");
const minutes = fc.integer({ min: 1, max: 600 }).map((count) => count * MINUTE_MS);

const target: fc.Arbitrary<Fraction> = fc
  .integer({ min: 1, max: 9_999_999 })
  .map((numerator) => ({ numerator, denominator: 10_000_000 }));

const window: fc.Arbitrary<Objective["window"]> = fc.oneof(
  fc.integer({ min: 1, max: 366 }).map((days) => ({ kind: "rolling", lengthMs: days * DAY_MS }) as const),
  fc.record({
    kind: fc.constant("calendar" as const),
    unit: fc.constantFrom("month" as const, "quarter" as const, "year" as const),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
  }),
);

const tier: fc.Arbitrary<TierOverride> = fc
  .record({
    name: fc.constantFrom("page-fast", "page-slow", "ticket-slow", "mine", "other.one"),
    enabled: fc.boolean(),
    severity: fc.constantFrom("page" as const, "ticket" as const),
    spends: fc.constantFrom("budget" as const, "burn" as const),
    share: fc.constantFrom({ numerator: 25, denominator: 10 }, { numerator: 3, denominator: 1 }),
    longMs: fc.constantFrom(60, 360).map((count) => count * MINUTE_MS),
    shortMs: fc.constantFrom(null, 5 * MINUTE_MS, 60 * MINUTE_MS),
    afterMs: fc.constantFrom(0, 5 * MINUTE_MS),
    label: fc.constantFrom(null, "sev1", "warning", "page"),
    team: fc.boolean(),
  })
  .map(({ share, spends, label, team, enabled, ...rest }) => {
    const labels = new Map([
      ...(label === null ? [] : [["severity", label] as const]),
      ...(team ? [["team", "x"] as const] : []),
    ]);
    const off = { severity: null, budget: null, burn: null, longMs: null, shortMs: null, afterMs: 0 };
    const isFour = /^(page|ticket)-/.test(rest.name);
    if (!enabled && isFour) return { name: rest.name, enabled, labels: new Map(), ...off };
    const budget = { ...share, denominator: share.denominator * 100 };
    const spent = spends === "burn" ? { burn: share, budget: null } : { burn: null, budget };
    return { ...rest, enabled: true, ...spent, labels };
  });

const exclusion: fc.Arbitrary<Exclusion> = fc
  .record({
    mode: fc.constantFrom("exclude" as const, "mute_only" as const),
    reason: words,
    author: words,
    rrule: fc.constantFrom(
      null,
      "FREQ=WEEKLY;BYDAY=SA,SU",
      "FREQ=MONTHLY;INTERVAL=2;COUNT=5;BYMONTH=1,3;BYDAY=1SU,-1FR",
      "FREQ=DAILY;UNTIL=20271231T235900Z",
      "FREQ=YEARLY;BYMONTHDAY=-1",
    ),
    fromMinute: fc.integer({ min: 0, max: 30_000_000 }),
    lengthMs: minutes,
  })
  .map(({ rrule, fromMinute, lengthMs, ...rest }) => {
    const fromMs = fromMinute * MINUTE_MS;
    if (rrule === null) return { ...rest, when: { kind: "once", fromMs, toMs: fromMs + lengthMs } as const };
    const rule = recurrence(rrule, { starts: "2026-01-04T02:00", timeZone: "Europe/Berlin" });
    if (typeof rule === "string") throw new RangeError(rule);
    return { ...rest, when: { kind: "recurring", rule, lengthMs } as const };
  });

const objective: fc.Arbitrary<Objective> = fc
  .record({
    name,
    title: fc.option(words),
    description: fc.option(words),
    measure: fc.constantFrom<Objective["measure"]>(
      { kind: "success" },
      { kind: "latency", withinMs: 400 },
      { kind: "step", step: "paid", withinMs: 30_000 },
    ),
    target,
    window,
    where: fc.constantFrom(
      new Map<string, string[]>(),
      new Map([["partner", ["acme", "no"]]]),
      new Map([["channel", ["1"]]]),
    ),
    tiers: fc.uniqueArray(tier, { maxLength: 4, selector: (one) => one.name }),
    minBadEvents: fc.constantFrom({ page: 2, ticket: 1 }, { page: 7, ticket: 3 }),
    severities: fc.constantFrom({ page: "critical", ticket: "warning" }, { page: "p1", ticket: "warning" }),
    labels: fc.constantFrom(new Map<string, string>(), new Map([["team", "checkout"]])),
    expectTraffic: fc.constantFrom(null, { min: 10, perMs: 3_600_000 }),
    exclusions: fc.array(exclusion, { maxLength: 2 }),
  })
  .map((told) => someObjective(told));

/** Fractions in lowest terms and tiers in order: what is meant, not how it is put. */
function meant({ target: { numerator, denominator }, tiers, ...rest }: Objective) {
  const ratio = ({ numerator: a, denominator: b }: Fraction) => (BigInt(a) * 10n ** 12n) / BigInt(b);
  const sorted = [...tiers].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...rest,
    target: ratio({ numerator, denominator }),
    tiers: sorted.map(({ budget, burn, ...tierRest }) => ({
      ...tierRest,
      budget: budget && ratio(budget),
      burn: burn && ratio(burn),
    })),
  };
}

test("what Waybill exports it imports as it was", () => {
  fc.assert(
    fc.property(objective, (told) => {
      const rolling = told.window.kind === "rolling" ? told.window.lengthMs : Number.POSITIVE_INFINITY;
      fc.pre(told.tiers.every(({ longMs }) => (longMs ?? 0) <= rolling));
      expect(objectivesOf(exported([told])).map(meant)).toEqual([meant(told)]);
    }),
    { numRuns: 60 },
  );
});

const labels = fc.constantFrom({ env: ["prod", "eu"], team: "a" }, { x: "1" });
const metadata = (names: fc.Arbitrary<string>) =>
  fc.record(
    {
      name: names,
      displayName: words,
      labels,
      annotations: fc.constant({ "openslo.com/service-folder": "./my/directory" }),
    },
    { requiredKeys: ["name"] },
  );
const described = fc.record({ description: words }, { requiredKeys: [] });
const duration = fc.constantFrom("5m", "1h", "60m", "1d", "1w");

const condition = fc.record({
  metadata: metadata(fc.constantFrom("burns", "page-fast", "9-lives")),
  spec: fc
    .tuple(
      described,
      fc.record({
        severity: fc.constantFrom("page", "ticket", "sev1", "warning"),
        condition: fc.record(
          {
            kind: fc.constant("burnrate"),
            op: fc.constantFrom("gt", "gte"),
            threshold: fc.constantFrom(2, 14.4, 0.5),
            lookbackWindow: duration,
            alertAfter: fc.constantFrom("0m", "5m", "1h"),
          },
          { requiredKeys: ["kind", "threshold", "lookbackWindow"] },
        ),
      }),
    )
    .map(([about, said]) => ({ ...about, ...said })),
});

const notified = fc.record({
  metadata: metadata(fc.constantFrom("mail", "slack")),
  spec: fc.tuple(described, fc.record({ target: words })).map(([about, said]) => ({ ...about, ...said })),
});

/** Documents around one SLO, as trees. */
const documents = fc
  .record({
    slo: metadata(fc.constantFrom("create-order-fast", "web", "0-x")),
    about: described,
    service: fc.option(fc.record({ metadata: metadata(fc.constant("shop")), spec: described })),
    sli: fc.record({ metadata: metadata(fc.constant("orders")), about: described }),
    isSliApart: fc.boolean(),
    side: fc.constantFrom("good", "bad"),
    counter: fc.option(fc.boolean(), { nil: undefined }),
    said: fc.constantFrom<object>(
      {},
      { within: "400ms", where: { channel: "web" } },
      { objective: "quick", minBadEvents: { page: 3 }, step: "paid", within: "30s" },
    ),
    source: fc.option(fc.constant("store"), { nil: undefined }),
    timeWindow: fc.constantFrom<object>(
      { duration: "28d", isRolling: true },
      { duration: "4w", isRolling: true },
      { duration: "672h" },
      { duration: "1M", calendar: { startTime: "2022-03-01 00:00:00", timeZone: "America/New_York" } },
      { duration: "1Q", isRolling: false, calendar: { startTime: "2022-04-01 00:00", timeZone: "UTC" } },
      { duration: "12M", calendar: { startTime: "2020-01-01T00:00:00", timeZone: "UTC" } },
    ),
    objectives: fc.array(
      fc.oneof(
        fc.record(
          { target: fc.constantFrom(0.9, 0.9995, 0.5), displayName: words },
          { requiredKeys: ["target"] },
        ),
        fc.record({ targetPercent: fc.constantFrom(99, 99.95, 50) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    policy: fc.option(fc.record({ metadata: metadata(fc.constant("policy")), about: described })),
    breaching: fc.option(fc.boolean(), { nil: undefined }),
    noData: fc.option(fc.boolean(), { nil: undefined }),
    condition,
    targets: fc.uniqueArray(notified, { maxLength: 2, selector: (one) => one.metadata.name }),
    apart: fc.record({ policy: fc.boolean(), condition: fc.boolean(), target: fc.boolean() }),
    tiers: fc.constantFrom(undefined, "google-30d", '{"page-fast":"off"}'),
  })
  .map((told) => {
    const document = (kind: string, body: object) => ({ apiVersion: "openslo/v1", kind, ...body });
    const spec = { journey: "create-order", ...told.said };
    const indicator = {
      metadata: told.sli.metadata,
      spec: {
        ...told.sli.about,
        ratioMetric: {
          ...(told.counter !== undefined && { counter: told.counter }),
          [told.side]: {
            metricSource: { ...(told.source && { metricSourceRef: told.source }), type: "waybill", spec },
          },
          total: { metricSource: { type: "waybill", spec: { journey: "create-order" } } },
        },
      },
    };
    const policy = told.policy && {
      metadata: told.policy.metadata,
      spec: {
        ...told.policy.about,
        ...(told.breaching !== undefined && { alertWhenBreaching: told.breaching }),
        ...(told.noData !== undefined && { alertWhenNoData: told.noData }),
        conditions: [
          told.apart.condition
            ? { conditionRef: told.condition.metadata.name }
            : { kind: "AlertCondition", ...told.condition },
        ],
        ...(told.targets.length > 0 && {
          notificationTargets: told.targets.map((target) =>
            told.apart.target
              ? { targetRef: target.metadata.name }
              : { kind: "AlertNotificationTarget", ...target },
          ),
        }),
      },
    };
    const annotations = {
      ...told.slo.annotations,
      ...(told.tiers !== undefined && { "waybill/burn-tiers": told.tiers }),
    };
    const slo = document("SLO", {
      metadata: { ...told.slo, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        ...told.about,
        service: "shop",
        ...(told.isSliApart ? { indicatorRef: "orders" } : { indicator }),
        timeWindow: [told.timeWindow],
        budgetingMethod: "Occurrences",
        objectives: told.objectives,
        ...(policy && {
          alertPolicies: [
            told.apart.policy ? { alertPolicyRef: "policy" } : { kind: "AlertPolicy", ...policy },
          ],
        }),
      },
    });
    return [
      slo,
      ...(told.service ? [document("Service", told.service)] : []),
      ...(told.isSliApart ? [document("SLI", indicator)] : []),
      ...(policy && told.apart.policy ? [document("AlertPolicy", policy)] : []),
      ...(policy && told.apart.condition ? [document("AlertCondition", told.condition)] : []),
      ...(policy && told.apart.target
        ? told.targets.map((one) => document("AlertNotificationTarget", one))
        : []),
      ...(told.source
        ? [
            document("DataSource", {
              metadata: { name: "store" },
              spec: { type: "waybill", connectionDetails: { url: "x" } },
            }),
          ]
        : []),
    ];
  });

const inOrder = (trees: readonly unknown[]) =>
  trees
    .map((tree) => JSON.parse(JSON.stringify(tree)) as { kind: string })
    .sort((a, b) => (a.kind < b.kind ? -1 : 1)); // our own trees

test("what OpenSLO says Waybill gives back, document by document", () => {
  fc.assert(
    fc.property(documents, (trees) => {
      const text = trees.map((tree) => stringify(tree)).join("---\n");
      const back = exported(objectivesOf(text));
      expect(inOrder(parseAllDocuments(back).map((document) => document.toJS()))).toEqual(inOrder(trees));
    }),
    { numRuns: 80 },
  );
});
