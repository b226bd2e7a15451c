/**
 * OpenSLO import: OpenSLO v1 documents as objectives of `waybill.yaml`.
 *
 *   YAML → documents → bundles → [import] → entries → YAML
 *
 * Pure. The journey stands in `metricSource: {type: waybill, spec: {journey, …}}`, with the names of `waybill.yaml`.
 * What Waybill has no word for is kept in the entry's `openslo`, as the difference from what it would export.
 */
import { stringify } from "yaml";
import { difference, isTree, type Tree } from "./difference.ts";
import { type Bundle, bundlesOf, type Policy } from "./openslo_bundle.ts";
import { readDocuments, refuse } from "./openslo_documents.ts";
import { plainBundle } from "./openslo_export.ts";
import { asObjective, termsOf } from "./openslo_meaning.ts";

/** What became of some documents. */
export interface Imported {
  /** per journey its objectives, as `waybill.yaml` writes them */
  readonly journeys: ReadonlyMap<string, readonly Tree[]>;
  /** what Waybill does otherwise, or not at all */
  readonly notes: readonly string[];
}

/** Reads OpenSLO v1. @throws {Failure} `bad_request`, with one line per problem */
export function importOpenSlo(text: string): Imported {
  const journeys = new Map<string, Tree[]>();
  const notes = new Set<string>();
  for (const bundle of bundlesOf(readDocuments(text))) {
    for (const note of notesOn(bundle)) notes.add(note);
    singlesOf(bundle).forEach((single, i) => {
      const { journey, entry } = entryOf(single, i);
      journeys.set(journey, [...(journeys.get(journey) ?? []), entry]);
    });
  }
  return { journeys, notes: [...notes] };
}

/** The part of `waybill.yaml` that says it. */
export function renderImported({ journeys }: Imported): string {
  const written = Object.fromEntries([...journeys].map(([name, objectives]) => [name, { objectives }]));
  return stringify({ journeys: written }, { lineWidth: 110 });
}

/** One bundle for each of its targets: an objective of ours has one. */
function singlesOf(bundle: Bundle): Bundle[] {
  const { metadata, spec } = bundle.slo;
  const where = `SLO ${metadata["name"]}`;
  const method = spec["budgetingMethod"];
  if (method !== "Occurrences") refuse([`${where}: ${methodText(String(method))}`]);
  const targets = Array.isArray(spec["objectives"]) ? spec["objectives"].filter(isTree) : [];
  if (targets.some(isComposite))
    refuse([
      `${where}: is a composite of indicators. A journey is what a composite stands for: promise that instead`,
    ]);
  return targets.map((target, i) => {
    const slo = { metadata, spec: { ...spec, objectives: [target] } };
    return { ...bundle, slo, more: i === 0 ? bundle.more : {} };
  });
}

function isComposite(target: Tree): boolean {
  return ["indicator", "indicatorRef", "compositeWeight"].some((name) => target[name] !== undefined);
}

function methodText(method: string): string {
  if (method === "Timeslices")
    return "Timeslices count good minutes, Waybill counts journeys: budgetingMethod has to be Occurrences";
  if (method === "RatioTimeslices")
    return "RatioTimeslices is a mean of ratios, in which a quiet minute weighs as much as a busy one: use Occurrences";
  return `budgetingMethod "${method}" is not known: use Occurrences`;
}

/** An objective by the names of `waybill.yaml`, and the journey that it is about. */
function entryOf(bundle: Bundle, i: number): { journey: string; entry: Tree } {
  const { journey, ...said } = termsOf(bundle);
  const terms = { ...said, name: i === 0 ? said["name"] : `${said["name"]}-${i + 1}` };
  const objective = asObjective(terms, { where: `SLO ${bundle.slo.metadata["name"]}`, stepMs: 0 });
  const beyond = difference(plainBundle(String(journey), objective), bundle);
  const openslo = beyond === undefined ? {} : { openslo: stringify(beyond, { lineWidth: 110 }) };
  return { journey: String(journey), entry: { ...terms, ...openslo } };
}

function notesOn({ policies }: Bundle): string[] {
  return policies.flatMap(({ body, condition, targets }: Policy) => {
    const name = body.metadata["name"];
    const said = condition.body.spec["condition"];
    return [
      ...(body.spec["alertWhenNoData"] === true
        ? [`AlertPolicy ${name}: silence is told of only where expect_traffic says how much there should be`]
        : []),
      ...(targets.length > 0
        ? [`AlertPolicy ${name}: where to post is said in \`notify\`, not per objective`]
        : []),
      ...(isTree(said) && said["op"] === "gte"
        ? [`AlertPolicy ${name}: op gte is read as gt: a burn of exactly the threshold does not fire`]
        : []),
    ];
  });
}
