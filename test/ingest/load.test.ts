import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DEFINITIONS_PATH } from "../../config.ts";
import { Failure } from "../../errors.ts";
import { loadDefinitions, parseFile } from "../../ingest/load.ts";

const home = process.cwd();
const empty = mkdtempSync(join(tmpdir(), "waybill-load-"));
afterAll(() => {
  process.chdir(home);
  rmSync(empty, { recursive: true });
});

/** A file of this text, in a folder of its own. */
function fileOf(text: string): string {
  const path = join(empty, "mine.yaml");
  writeFileSync(path, text);
  return path;
}

test("a file with problems is refused with one line for each, naming the file", () => {
  const path = fileOf("journeys: { j: { owner: us } }\ncolour: red\n");
  expect(() => loadDefinitions(path)).toThrow(Failure);
  expect(() => loadDefinitions(path)).toThrow(`${path}:1 journeys/j/subject: is missing`);
  expect(() => loadDefinitions(path)).toThrow(`${path}:2 colour: unknown name "colour"`);
});

test("a file that is not there is refused with what to set", () => {
  expect(() => loadDefinitions(join(empty, "nowhere.yaml"))).toThrow(
    /nowhere\.yaml; name it here or in WAYBILL_CONFIG/,
  );
});

test("a folder is no file", () => {
  expect(() => loadDefinitions(empty)).toThrow(/cannot be read/);
});

test("an empty folder gets the definitions that ship with the product", () => {
  process.chdir(empty);
  expect(loadDefinitions(DEFINITIONS_PATH).journeys.map(({ name }) => name)).toContain("create-order");
  writeFileSync(DEFINITIONS_PATH, "journeys: {}");
  expect(parseFile(DEFINITIONS_PATH)).toHaveProperty("problems");
});
