/**
 * Input: the text of a file that a command was given, or of standard input.
 *
 *   disk → [input] → simulate, openslo, letters, rehearse
 */
import { readFileSync } from "node:fs";
import { Failure } from "../errors.ts";

/** The text of a file; `-` is standard input. @throws {Failure} `bad_request` when it cannot be read */
export function readInput(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new Failure("bad_request", `${file} cannot be read.`, error);
  }
}
