/**
 * Check command: is this waybill.yaml right? One line per problem.
 */

import { parseFile } from "../ingest/load.ts";
import { renderProblem } from "../ingest/yaml.ts";
import type { Surroundings } from "./around.ts";

/** What to check, and how to say it. */
export interface Checking {
  /** path; the configured one when not given */
  readonly file?: string;
  readonly json?: boolean;
}

/** 0 when nothing is wrong, 1 when something is. */
export async function check(around: Surroundings, { file, json }: Checking): Promise<number> {
  const path = file ?? around.config().definitionsPath;
  const parsed = parseFile(path);
  const problems = "problems" in parsed ? parsed.problems : [];
  if (json) around.print(JSON.stringify({ file: path, problems }));
  else for (const problem of problems) around.print(renderProblem(problem));
  if (problems.length === 0) around.talk(`${path} is fine.`);
  return problems.length === 0 ? 0 : 1;
}
