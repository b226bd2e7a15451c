/**
 * OpenSLO export: objectives as OpenSLO v1 documents.
 *
 *   Objective → written → [export] → YAML
 *
 * Pure. What an imported document said beyond our words comes back from the objective's `openslo`; where that no longer
 * fits what the objective says now, the objective wins.
 */
import { parse } from "yaml";
import { Failure } from "../errors.ts";
import type { Definition, Objective } from "../ingest/definitions.ts";
import { applied, difference, isTree, type Tree } from "./difference.ts";
import { type Bundle, documentsOf, keyOf } from "./openslo_bundle.ts";
import { checkDocument, renderDocuments } from "./openslo_documents.ts";
import { asObjective, termsOf } from "./openslo_meaning.ts";
import { TIERS_ANNOTATION, tiersTo, windowTo } from "./openslo_terms.ts";
import { decimalOf, writeObjective } from "./written.ts";

/**
 * The text of all documents of some objectives; each of them is valid.
 *
 * @throws {Failure} `bad_request` when somebody changed an `openslo` into what OpenSLO v1 does not take
 */
export function exportOpenSlo(
  promises: readonly { readonly definition: Definition; readonly objective: Objective }[],
): string {
  const bundles = new Map<string, Bundle>();
  for (const { definition, objective } of promises) {
    const bundle = bundleFor(definition.name, objective);
    const name = String(bundle.slo.metadata["name"]);
    const free = [name, ...Array.from({ length: promises.length }, (_, i) => `${name}-${i + 2}`)];
    const chosen = free.find((one) => fits(bundles.get(one), renamed(bundle, one))) ?? name;
    const known = bundles.get(chosen);
    const own = renamed(bundle, chosen);
    bundles.set(chosen, known === undefined ? own : together(known, own));
  }
  const documents = new Map(
    [...bundles.values()].flatMap(documentsOf).map((document) => [keyOf(document), document]),
  );
  for (const [key, document] of documents) checkDocument(document, key);
  return renderDocuments([...documents.values()]);
}

function renamed(bundle: Bundle, name: string): Bundle {
  const { metadata, spec } = bundle.slo;
  return { ...bundle, slo: { metadata: { ...metadata, name }, spec } };
}

/** Objectives that came from one SLO go back into it: they differ in their target only. */
function fits(known: Bundle | undefined, bundle: Bundle): boolean {
  const shared = ({ slo, more: _, ...rest }: Bundle) => {
    const { objectives: __, ...spec } = slo.spec;
    return { ...rest, slo: { ...slo, spec } };
  };
  return known === undefined || difference(shared(known), shared(bundle)) === undefined;
}

function together(known: Bundle, bundle: Bundle): Bundle {
  const objectives = [known.slo.spec["objectives"], bundle.slo.spec["objectives"]].flat();
  return { ...known, slo: { ...known.slo, spec: { ...known.slo.spec, objectives } } };
}

/** One objective, with what its document said beyond it as far as that still fits. */
export function bundleFor(journey: string, objective: Objective): Bundle {
  const plain = plainBundle(journey, objective);
  if (objective.openslo === null) return plain;
  const said: unknown = parse(objective.openslo);
  const whole = applied(plain, said) as Bundle; // bundles differ from bundles by nothing else
  const stepMs = objective.measure.kind === "step" ? objective.measure.withinMs : 0;
  if (difference(meaning(whole, stepMs), meaning(plain, stepMs)) === undefined) return whole;
  return applied(plain, withoutMeaning(said)) as Bundle; // as above
}

/** What decides something, in one way of writing it: the name does not, for the targets of one SLO share it. */
function meaning(bundle: Bundle, stepMs: number): Tree | null {
  try {
    const { journey, ...terms } = termsOf(bundle);
    const { name: _, ...said } = writeObjective(asObjective(terms, { where: "", stepMs }));
    return { journey, ...said };
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** What is said about an SLO without what decides anything. */
function withoutMeaning(said: unknown): Tree {
  if (!isTree(said)) return {};
  const { slo, service, more } = said;
  const metadata = isTree(slo) && isTree(slo["metadata"]) ? { ...slo["metadata"] } : {};
  if (isTree(metadata["annotations"])) {
    const { [TIERS_ANNOTATION]: _, ...annotations } = metadata["annotations"];
    metadata["annotations"] = annotations;
  }
  const spec = isTree(slo) && isTree(slo["spec"]) ? slo["spec"]["service"] : undefined;
  return {
    slo: { metadata, ...(spec !== undefined && { spec: { service: spec } }) },
    ...(service !== undefined && { service }),
    ...(more !== undefined && { more }),
  };
}

/** What an objective is in OpenSLO when no document ever said otherwise. */
export function plainBundle(journey: string, objective: Objective): Bundle {
  const { name, title, description, target, window, tiers, openslo: _, ...told } = writeObjective(objective);
  const slo = sloName(journey, objective.name);
  const { policies, annotation } = tiersTo(objective.tiers, isTree(tiers) ? tiers : {});
  return {
    slo: {
      metadata: {
        name: slo,
        ...(title !== undefined && { displayName: title }),
        ...(annotation !== null && { annotations: { [TIERS_ANNOTATION]: annotation } }),
      },
      spec: {
        ...(description !== undefined && { description }),
        service: journey,
        timeWindow: [windowTo(objective.window)],
        budgetingMethod: "Occurrences",
        objectives: [{ target: Number(decimalOf(objective.target)) }],
      },
    },
    service: { metadata: { name: journey }, spec: {} },
    indicator: {
      ref: false,
      body: {
        metadata: { name: slo },
        spec: {
          ratioMetric: {
            counter: true,
            good: { metricSource: { type: "waybill", spec: { journey, objective: name, ...told } } },
            total: { metricSource: { type: "waybill", spec: { journey } } },
          },
        },
      },
    },
    policies,
    more: {},
  };
}

/** A name as RFC 1123 wants it. */
function sloName(journey: string, objective: string): string {
  const name = `${journey}-${objective}`.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return name.slice(0, 63).replace(/^-+|-+$/g, "");
}
