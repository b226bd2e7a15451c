/**
 * YAML: the text of `waybill.yaml` in, Definitions out, or everything that is wrong with it in one go.
 *
 *   waybill.yaml → [parse] → Definitions → match, keys, stitch, fold
 *
 * Pure: load.ts reads the disk. Strict: a name nobody knows is a problem, with the known one that comes closest.
 */
import type { Contract, Definitions, ObjectiveWindow, Retention } from "./definitions.ts";
import { readJourneys } from "./yaml_journeys.ts";
import { entryNames, readKeys, readTags } from "./yaml_keys.ts";
import { readNotify } from "./yaml_notify.ts";
import {
  complain,
  openPage,
  type Page,
  type Path,
  type Place,
  type Problem,
  placeOf,
  read,
} from "./yaml_page.ts";
import { WrittenContract, WrittenFile, WrittenLimits, WrittenRetention } from "./yaml_schema.ts";

const DAY_MS = 86_400_000;
const LONGEST_DAYS = { month: 31, quarter: 92, year: 366 };

/** Either everything, with the lines it stands on, or everything that is wrong: never half a file. */
export type Parsed =
  | { readonly definitions: Definitions; readonly placeOf: (path: Path) => Place }
  | { readonly problems: readonly Problem[] };

/**
 * Reads the text of a `waybill.yaml`.
 *
 * @param file  how the file is called in problems
 */
export function parseDefinitions(text: string, file: string): Parsed {
  const page = openPage(text, file);
  if (page.problems.length > 0) return { problems: page.problems };
  const definitions = readAll(page);
  const problems = page.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.length > 0) return { problems };
  return { definitions, placeOf: (path) => placeOf(page, path) };
}

/** One problem as a line: `waybill.yaml:12 journeys/create-order/owner: is missing`. */
export function renderProblem({ file, line, path, text, suggestion }: Problem): string {
  const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
  return `${file}:${line} ${path === "" ? "" : `${path}: `}${text}${hint}`;
}

function readAll(page: Page): Definitions {
  read(page, [], WrittenFile);
  const keys = readKeys(page);
  const tags = readTags(page);
  const journeys = readJourneys(page, keys);
  const contracts = readContracts(page);
  const written = read(page, ["retention"], WrittenRetention);
  const { hops = 0, journeys: journeysDays = 0, dead_letters = 0 } = written ?? {};
  const retention = { hopsDays: hops, journeysDays, deadLettersDays: dead_letters };
  if (written) checkWindows(page, journeys, retention);
  const { hub_subjects: hubSubjects = 0, clock_ahead: aheadMs = 0 } =
    read(page, ["limits"], WrittenLimits) ?? {};
  const notify = readNotify(page);
  return { keys: keys.kinds, tags, journeys, contracts, retention, notify, limits: { hubSubjects, aheadMs } };
}

function readContracts(page: Page): Contract[] {
  return entryNames(page, "contracts").flatMap((name) => {
    const written = read(page, ["contracts", name], WrittenContract);
    if (!written) return [];
    const versions = Object.entries(written.versions).map(([version, days]) => ({ version, ...days }));
    const { owner, producers, consumers } = written;
    return [{ name, owner, versions, producers, consumers }];
  });
}

/** An objective cannot look further back than journeys are kept. */
function checkWindows(page: Page, journeys: Definitions["journeys"], { journeysDays }: Retention): void {
  for (const { name, objectives } of journeys) {
    objectives.forEach(({ window }, i) => {
      const path = ["journeys", name, "objectives", i, "window"];
      if (longestMs(window) > journeysDays * DAY_MS)
        complain(
          page,
          path,
          `looks further back than journeys are kept (retention/journeys: ${journeysDays}d)`,
        );
    });
  }
}

function longestMs(window: ObjectiveWindow): number {
  return window.kind === "rolling" ? window.lengthMs : LONGEST_DAYS[window.unit] * DAY_MS;
}
