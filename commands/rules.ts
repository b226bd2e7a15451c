/**
 * Rules command: rules for Prometheus from the objectives of a waybill.yaml.
 */
import { Failure } from "../errors.ts";
import { loadDefinitions } from "../ingest/load.ts";
import { renderInhibition, renderRules } from "../slo/rules.ts";
import type { Surroundings } from "./around.ts";

/** Which rules, and how they are labelled. */
export interface RulesAsked {
  /** path of a `waybill.yaml`; the configured one when not given */
  readonly file?: string;
  readonly slothLabels?: boolean;
  /** what goes into Alertmanager's configuration instead */
  readonly inhibit?: boolean;
}

/** Prints a rule file. @throws {Failure} `not_found` when no objective is configured */
export async function printRules(around: Surroundings, asked: RulesAsked): Promise<number> {
  if (asked.inhibit) {
    around.print(renderInhibition().trimEnd());
    return 0;
  }
  const { journeys, notify } = loadDefinitions(asked.file ?? around.config().definitionsPath);
  const promises = journeys.flatMap((definition) =>
    definition.objectives.map((objective) => ({ definition, objective })),
  );
  if (promises.length === 0) throw new Failure("not_found", "No objective is configured.");
  const slothLabels = asked.slothLabels ?? false;
  const options = { slothLabels, runbookUrl: notify.runbookUrl, nowMs: around.now() };
  around.print(renderRules(promises, options).trimEnd());
  return 0;
}
