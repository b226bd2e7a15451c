/**
 * Load: `waybill.yaml` from disk.
 *
 *   disk → [load] → parse → Definitions
 *
 * Says in which file it looked; what the text means is yaml.ts' business.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEFINITIONS_PATH } from "../config.ts";
import { Failure } from "../errors.ts";
import type { Definitions } from "./definitions.ts";
import { type Parsed, parseDefinitions, renderProblem } from "./yaml.ts";

/**
 * Reads and parses a `waybill.yaml`. When the default path was asked for and nothing is there, the one that ships
 * with the product (the demo shop's) stands in.
 *
 * @throws {Failure} `config` when there is no such file
 */
export function parseFile(path: string): Parsed {
  const text = textOf(path);
  if (text !== undefined) return parseDefinitions(text, path);
  const packaged = fileURLToPath(new URL("../waybill.yaml", import.meta.url));
  const standIn = path === DEFINITIONS_PATH ? textOf(packaged) : undefined;
  if (standIn === undefined)
    throw new Failure("config", `There is no file ${path}; name it here or in WAYBILL_CONFIG.`);
  return parseDefinitions(standIn, packaged);
}

/**
 * The definitions in a `waybill.yaml`.
 *
 * @throws {Failure} `config`, with one line per problem
 */
export function loadDefinitions(path: string): Definitions {
  const parsed = parseFile(path);
  if ("problems" in parsed) throw new Failure("config", parsed.problems.map(renderProblem).join("\n"));
  return parsed.definitions;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Failure("config", `${path} cannot be read.`, error);
  }
}
