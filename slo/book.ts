/**
 * Book: the journeys of one definition, counted, and revised as their rows change.
 *
 *   marks → [book] → ledger → evaluate
 *
 * A journey that may still change is held with what was counted for it, so that its next row first takes back exactly
 * that. All others are only sums; should one of those change after all, the book says so and has to be counted anew.
 * Asks nobody: ledger.ts brings it the marks.
 */
import type { Definition } from "../ingest/definitions.ts";
import { Cells } from "./cells.ts";
import { idOf } from "./evaluate.ts";
import { Lists } from "./lists.ts";
import type { Marks } from "./marks.ts";
import { counterOf, OPEN, type Reading, readingOf, type Side } from "./reading.ts";
import { Shelf } from "./shelf.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What late facts changed of one objective's settled minutes, since the process began to count. */
export interface Revisions {
  /** failures that turned out to be none; journeys */
  takenBack: number;
  /** journeys that count otherwise than they did, or in another minute, or that were not known in time */
  restated: number;
}

/** A day of minutes is taken at once when it has more marks than this. */
const DENSE = 25;

/** Ways of counting whose places are kept at hand. */
const PLACES_MAX = 10_000;

/** A side of an objective's minutes. */
interface Place {
  readonly cells: Cells;
  readonly side: "good" | "bad";
}

/** One journey, and what was counted for it. */
interface Held {
  readonly version: number;
  /** minute and code in turns */
  readonly marks: readonly number[];
  readonly pick: number;
}

interface Account {
  readonly id: string;
  readonly cells: Cells;
  readonly sideOf: (code: number, picked: number) => Side;
  readonly revisions: Revisions;
}

/** A journey as a row tells it now. */
interface Told extends Held {
  readonly name: string;
  readonly begun: number;
}

/** The counted journeys of one definition. */
export class Book {
  readonly definition: Definition;
  readonly reading: Reading;
  readonly accounts: readonly Account[];
  readonly #open = new Cells();
  readonly #held = new Map<string, Held>();
  /** the names of those, by the last minute of each: of the definition's own subjects, and of provisional ones */
  readonly #shelf = new Shelf();
  readonly #provisional = new Shelf();
  readonly #places = new Map<string, readonly Place[]>();
  readonly #lists = new Lists();
  /** from here on every journey that counts is held; minute */
  #hotMinute: number;
  /** the minutes from here on are kept */
  #keptMinute = 0;

  constructor(definition: Definition, hotMinute: number, revisions: ReadonlyMap<string, Revisions>) {
    this.definition = definition;
    this.reading = readingOf(definition);
    this.#hotMinute = hotMinute;
    this.accounts = definition.objectives.map((objective) => {
      const id = idOf({ definition, objective });
      const sideOf = counterOf(this.reading, objective);
      return {
        id,
        cells: new Cells(),
        sideOf,
        revisions: revisions.get(id) ?? { takenBack: 0, restated: 0 },
      };
    });
  }

  /** journeys held under their names; count */
  get held(): number {
    return this.#held.size;
  }

  /** Whether that row of a journey is counted already. */
  knows(name: string, version: number): boolean {
    return (this.#held.get(name)?.version ?? -1) >= version;
  }

  /** Journeys that are open at a watermark; epoch ms UTC. */
  inFlight(watermarkMs: number): number {
    return this.#open.from(watermarkMs).bad;
  }

  /** Counts a whole table of marks, or the next part of one, into a book that nothing else was counted in. */
  fill(marks: Marks): void {
    for (const told of this.#told(marks)) this.#hold(told, undefined);
    for (const alike of classesOf(marks)) this.#addAlike(alike);
  }

  /**
   * Takes in rows of some journeys: what was counted for each is taken back, what it says now is counted.
   *
   * @param settledMs  up to here was evaluated: what changes before is a revision; epoch ms UTC
   * @returns          how many could not be taken in, because nobody knows what was counted for them
   */
  revise(marks: Marks, settledMs: number): number {
    let unknown = 0;
    for (const told of this.#told(marks)) {
      const before = this.#held.get(told.name);
      if (before !== undefined && before.version >= told.version) continue;
      if (before === undefined && told.begun < this.#hotMinute) unknown += 1;
      else this.#replace(told, before, settledMs);
    }
    return unknown;
  }

  /**
   * Lets go of journeys that count only before a minute; those with a row of that version or above stay. So do
   * provisional ones, as long as they count in minutes that are kept: nothing else would tell that they did, once they
   * are merged.
   */
  forget(hotMinute: number, hotVersion: number): void {
    this.#hotMinute = Math.max(this.#hotMinute, hotMinute);
    this.#letGo(this.#shelf, this.#hotMinute, hotVersion);
    this.#letGo(this.#provisional, this.#keptMinute, hotVersion);
  }

  #letGo(shelf: Shelf, beforeMinute: number, hotVersion: number): void {
    for (const name of shelf.take(beforeMinute)) {
      const held = this.#held.get(name);
      if (held === undefined || lastMinuteOf(held) >= beforeMinute) continue;
      if (held.version >= hotVersion) shelf.put(lastMinuteOf(held), name);
      else this.#held.delete(name);
    }
  }

  /** Lets go of the days before that one; epoch ms UTC. */
  trim(beforeMs: number): void {
    this.#keptMinute = (Math.floor(beforeMs / DAY_MS) * DAY_MS) / MINUTE_MS;
    for (const { cells } of this.accounts) cells.forget(beforeMs);
    this.#open.forget(beforeMs);
  }

  #replace(told: Told, before: Held | undefined, settledMs: number): void {
    if (isLate(before, settledMs) || isLate(told, settledMs))
      for (const account of this.accounts) revise(account, { before, told, settledMs });
    if (before !== undefined) this.#count(before, -1);
    this.#hold(told, before);
    this.#count(told, 1);
  }

  #hold({ name, version, marks, pick }: Told, before: Held | undefined): void {
    const held = { version, marks: this.#lists.like(marks), pick };
    this.#held.set(name, held);
    const minute = lastMinuteOf(held);
    if (before !== undefined && lastMinuteOf(before) === minute) return;
    const isOwn = name.startsWith(`${this.definition.subject}\n`);
    (isOwn ? this.#shelf : this.#provisional).put(minute, name);
  }

  /** Entries with a name, those of one journey together. */
  #told(marks: Marks): Iterable<Told> {
    const told = new Map<string, Told & { marks: number[] }>();
    marks.names.forEach((name, at) => {
      if (name === "") return;
      const known = told.get(name) ?? {
        name,
        version: marks.versions[at] ?? 0,
        begun: marks.begun[at] ?? 0,
        pick: marks.picks[at] ?? 0,
        marks: [],
      };
      told.set(name, known);
      const minute = marks.minutes[at] ?? 0;
      if (minute > 0) known.marks.push(minute, marks.codes[at] ?? 0);
    });
    return told.values();
  }

  #count({ marks, pick }: Held, journeys: number): void {
    for (let at = 0; at < marks.length; at += 2) {
      const minute = marks[at] ?? 0;
      for (const { cells, side } of this.#placesOf(marks[at + 1] ?? 0, pick))
        add({ cells, side }, minute, journeys);
    }
  }

  /** Summed up first where that is cheaper: each objective then takes whole days. */
  #addAlike({ code, pick, minutes, journeys }: Alike): void {
    const places = this.#placesOf(code, pick);
    if (places.length === 0) return;
    const sum = new Cells();
    minutes.forEach((minute, at) => {
      sum.add(minute, { good: journeys[at] ?? 0, bad: 0 });
    });
    const isDense = minutes.length > sum.days * DENSE;
    for (const place of places) {
      if (isDense) place.cells.take(sum, place.side);
      else minutes.forEach((minute, at) => void add(place, minute, journeys[at] ?? 0));
    }
  }

  /** Where a mark counts. */
  #placesOf(code: number, pick: number): readonly Place[] {
    const key = `${code} ${pick}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const places: Place[] = code === OPEN ? [{ cells: this.#open, side: "bad" }] : [];
    for (const { cells, sideOf } of this.accounts) {
      const side = sideOf(code, pick);
      if (side !== null) places.push({ cells, side });
    }
    if (this.#places.size >= PLACES_MAX) this.#places.clear();
    this.#places.set(key, places);
    return places;
  }
}

/** Marks that count alike. */
interface Alike {
  readonly code: number;
  readonly pick: number;
  readonly minutes: number[];
  readonly journeys: number[];
}

function classesOf(marks: Marks): Iterable<Alike> {
  const classes = new Map<string, Alike>();
  marks.minutes.forEach((minute, at) => {
    if (minute === 0) return;
    const [code, pick] = [marks.codes[at] ?? 0, marks.picks[at] ?? 0];
    const key = `${code} ${pick}`;
    const alike = classes.get(key) ?? { code, pick, minutes: [], journeys: [] };
    classes.set(key, alike);
    alike.minutes.push(minute);
    alike.journeys.push(marks.journeys[at] ?? 0);
  });
  return classes.values();
}

function add({ cells, side }: Place, minute: number, journeys: number): void {
  cells.add(minute, side === "good" ? { good: journeys, bad: 0 } : { good: 0, bad: journeys });
}

/** Whether any of a journey's minutes was evaluated already: most changes are about the minute that just ended. */
function isLate(held: Held | undefined, settledMs: number): boolean {
  return held?.marks.some((value, at) => at % 2 === 0 && value * MINUTE_MS < settledMs) ?? false;
}

/** The last minute in which a journey counts; 0 when it counts in none. */
function lastMinuteOf({ marks }: Held): number {
  let last = 0;
  for (let at = 0; at < marks.length; at += 2) last = Math.max(last, marks[at] ?? 0);
  return last;
}

interface Revising {
  readonly before: Held | undefined;
  readonly told: Held;
  readonly settledMs: number;
}

function revise(account: Account, { before, told, settledMs }: Revising): void {
  const was = before === undefined ? [] : settled(account, before, settledMs);
  const is = settled(account, told, settledMs);
  if (was.join() === is.join()) return;
  account.revisions.restated += 1;
  const failures = (list: readonly string[]) => list.filter((one) => one.startsWith("bad")).length;
  account.revisions.takenBack += Math.max(0, failures(was) - failures(is));
}

/** How a journey counts for one objective in minutes that were evaluated: side and minute. */
function settled({ sideOf }: Account, { marks, pick }: Held, settledMs: number): string[] {
  const counted: string[] = [];
  for (let at = 0; at < marks.length; at += 2) {
    const minute = marks[at] ?? 0;
    const side = sideOf(marks[at + 1] ?? 0, pick);
    if (side !== null && minute * MINUTE_MS < settledMs) counted.push(`${side} ${minute}`);
  }
  return counted;
}
