/**
 * OpenSLO commands: objectives from OpenSLO v1 documents, and back.
 */
import { Failure } from "../errors.ts";
import { loadDefinitions } from "../ingest/load.ts";
import { idOf } from "../slo/evaluate.ts";
import { exportOpenSlo } from "../slo/openslo_export.ts";
import { importOpenSlo, renderImported } from "../slo/openslo_import.ts";
import type { Surroundings } from "./around.ts";
import { readInput } from "./input.ts";

/** Prints the part of `waybill.yaml` that says what a document does; what it cannot say goes to stderr. */
export async function importSlos(around: Surroundings, { file }: { readonly file: string }): Promise<number> {
  const imported = importOpenSlo(readInput(file));
  for (const note of imported.notes) around.talk(`note: ${note}`);
  around.print(renderImported(imported).trimEnd());
  return 0;
}

/** Which objectives, and of which file. */
export interface Exporting {
  /** path of a `waybill.yaml`; the configured one when not given */
  readonly file?: string;
  /** `definition.objective`; all of them when not given */
  readonly objective?: string;
}

/** Prints objectives as OpenSLO v1. @throws {Failure} `not_found` for an objective that is not there */
export async function exportSlos(around: Surroundings, { file, objective }: Exporting): Promise<number> {
  const { journeys } = loadDefinitions(file ?? around.config().definitionsPath);
  const all = journeys.flatMap((definition) =>
    definition.objectives.map((promise) => ({ definition, objective: promise })),
  );
  const chosen = objective === undefined ? all : all.filter((promise) => idOf(promise) === objective);
  if (chosen.length === 0) throw new Failure("not_found", objective ?? "No objective is configured.");
  around.print(exportOpenSlo(chosen).trimEnd());
  return 0;
}
