/**
 * OpenSLO meaning: what a bundle says, by the names of `waybill.yaml`.
 *
 *   bundle → [meaning] → import; export checks by it that a document still says what the objective does
 *
 * Pure.
 */
import type { Objective } from "../ingest/definitions.ts";
import { overrideOf } from "../ingest/yaml_objectives.ts";
import { WrittenObjective } from "../ingest/yaml_promise.ts";
import { isTree, type Tree } from "./difference.ts";
import type { Bundle } from "./openslo_bundle.ts";
import { refuse } from "./openslo_documents.ts";
import { TIERS_ANNOTATION, targetFrom, tiersFrom, windowFrom } from "./openslo_terms.ts";

/** What a bundle says by the names of `waybill.yaml`, its journey among them. @throws {Failure} `bad_request` */
export function termsOf({ slo, indicator, policies }: Bundle): Tree {
  const { metadata, spec } = slo;
  const where = `SLO ${metadata["name"]}`;
  const { journey, objective, ...told } = journeySpec(indicator.body.spec, where);
  const [timeWindow] = Array.isArray(spec["timeWindow"]) ? spec["timeWindow"] : [];
  const [target] = Array.isArray(spec["objectives"]) ? spec["objectives"].filter(isTree) : [];
  const annotations = isTree(metadata["annotations"]) ? metadata["annotations"] : {};
  const tiers = tiersFrom(annotations[TIERS_ANNOTATION], policies, where);
  return {
    journey,
    name: objective ?? objectiveName(String(metadata["name"]), String(journey)),
    ...(metadata["displayName"] !== undefined && { title: metadata["displayName"] }),
    ...(spec["description"] !== undefined && { description: spec["description"] }),
    target: targetFrom(target ?? {}, where),
    window: windowFrom(timeWindow, where),
    ...(Object.keys(tiers).length > 0 && { tiers }),
    ...asText(told),
  };
}

/** What stands in the spec of the metric source: it has to name the journey. */
function journeySpec(indicator: Tree, where: string): Tree & { journey: unknown } {
  const { ratioMetric, thresholdMetric } = indicator;
  if (thresholdMetric !== undefined || !isTree(ratioMetric))
    return refuse([
      `${where}: has a thresholdMetric; a threshold on how long a journey takes is \`within\` in the spec of a ratioMetric`,
    ]);
  const sources = ["good", "bad", "raw", "total"].flatMap((side) => {
    const metric = ratioMetric[side];
    return isTree(metric) && isTree(metric["metricSource"]) ? [metric["metricSource"]] : [];
  });
  const specs = sources.map(({ spec }) => (isTree(spec) ? spec : {}));
  const [first = {}] = specs;
  const type = sources.find((source) => source["type"] !== undefined)?.["type"] ?? "nothing";
  const { journey } = first;
  if (typeof journey !== "string")
    return refuse([
      `${where}: its indicator reads ${type}, and Waybill counts journeys: say metricSource {type: waybill, spec: {journey: …}}`,
    ]);
  const another = specs.find((spec) => spec["journey"] !== undefined && spec["journey"] !== journey);
  if (another !== undefined)
    return refuse([`${where}: is about two journeys, ${journey} and ${another["journey"]}`]);
  return { ...first, journey };
}

/** A name for the objective when none is given: that of the SLO, without the journey's in front. */
function objectiveName(slo: string, journey: string): string {
  const own = slo.startsWith(`${journey}-`) ? slo.slice(journey.length + 1) : slo;
  const plain = own.replace(/[^A-Za-z0-9_.-]/g, "-");
  return /^[A-Za-z]/.test(plain) ? plain : `slo-${plain}`;
}

/** Numbers and truths as `waybill.yaml` reads them: text. */
function asText(value: unknown): Tree {
  const text = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(text);
    if (isTree(inner)) return asText(inner);
    return typeof inner === "number" || typeof inner === "boolean" ? String(inner) : inner;
  };
  return Object.fromEntries(
    Object.entries(isTree(value) ? value : {}).map(([name, inner]) => [name, text(inner)]),
  );
}

/** What an entry cannot say by itself. */
interface Asked {
  /** how the SLO is called in problems */
  readonly where: string;
  /** a step's deadline where the entry leaves it to the step; ms */
  readonly stepMs: number;
}

/** An entry as an objective. @throws {Failure} `bad_request` when its terms are none of `waybill.yaml` */
export function asObjective(terms: Tree, { where, stepMs }: Asked): Objective {
  const outcome = WrittenObjective.safeParse(terms, { reportInput: true });
  if (!outcome.success)
    return refuse(
      outcome.error.issues.map(
        ({ path, message }) => `${where}: as an objective of Waybill, ${path.join("/")} ${message}`,
      ),
    );
  const { step, within, where: tags, tiers, min_bad_events, expect_traffic, ...told } = outcome.data;
  return {
    ...told,
    measure: measureOf(step, within, stepMs),
    where: new Map(Object.entries(tags)),
    tiers: Object.entries(tiers).map(([name, said]) => overrideOf(name, said)),
    minBadEvents: min_bad_events,
    expectTraffic: expect_traffic,
  };
}

function measureOf(step: string | null, within: number | null, stepMs: number): Objective["measure"] {
  if (step !== null) return { kind: "step", step, withinMs: within ?? stepMs };
  return within === null ? { kind: "success" } : { kind: "latency", withinMs: within };
}
