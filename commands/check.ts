/**
 * Check command: is this waybill.yaml right? One line per problem, and one per doubt. With --against, what would it change?
 */

import { parseFile } from "../ingest/load.ts";
import { type Parsed, renderProblem } from "../ingest/yaml.ts";
import { doubtsOf } from "../slo/sanity.ts";
import type { Surroundings } from "./around.ts";
import { rehearse } from "./rehearse.ts";

/** What to check, and how to say it. */
export interface Checking {
  /** path; the configured one when not given */
  readonly file?: string;
  readonly json?: boolean;
  /** what is recorded since then is folded with it too: `24h` */
  readonly against?: string;
  readonly limit?: string;
  readonly url?: string;
}

/** 0 when nothing is wrong, whatever there is to wonder about; 1 when something is, or gets worse by it. */
export async function check(around: Surroundings, checking: Checking): Promise<number> {
  const { file, json, against } = checking;
  const path = file ?? around.config().definitionsPath;
  const parsed = parseFile(path);
  const problems = "problems" in parsed ? parsed.problems : [];
  if (against !== undefined && problems.length === 0) return rehearse(around, path, { ...checking, against });
  const warnings = warningsOf(parsed);
  if (json) around.print(JSON.stringify({ file: path, problems, warnings }));
  else {
    for (const problem of problems) around.print(renderProblem(problem));
    for (const { text, ...place } of warnings)
      around.print(renderProblem({ ...place, text: `warning: ${text}` }));
  }
  if (problems.length === 0) around.talk(`${path} is fine.`);
  return problems.length === 0 ? 0 : 1;
}

/** What about the objectives can hardly be meant, where it is written. */
function warningsOf(parsed: Parsed) {
  if ("problems" in parsed) return [];
  const { definitions, placeOf } = parsed;
  return definitions.journeys.flatMap((definition) =>
    definition.objectives.flatMap((objective, i) =>
      doubtsOf(objective, definition).map(({ path, text }) => ({
        ...placeOf(["journeys", definition.name, "objectives", i, ...path]),
        text,
      })),
    ),
  );
}
