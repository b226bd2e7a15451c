/**
 * Cells: the good and bad journeys of one objective, minute by minute.
 *
 *   ledger → [cells] → windows, charts
 *
 * Two levels: a page per day that saw journeys, its minutes and their sum, so that a month is read in about thirty
 * additions. Counts may be taken back: a late fact is added with a minus. Knows no clock and no journey: ledger.ts does.
 */
import type { Tally } from "./burn.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

interface Page {
  readonly good: Int32Array;
  readonly bad: Int32Array;
  /** sums of the day */
  goods: number;
  bads: number;
}

/** What is added to a minute; negative takes back. Journeys. */
export interface Change {
  readonly good: number;
  readonly bad: number;
}

/** The minutes of one objective. */
export class Cells {
  readonly #pages = new Map<number, Page>();

  /** @param minute  since 1970 UTC */
  add(minute: number, { good, bad }: Change): void {
    const page = this.#page(Math.floor(minute / DAY_MINUTES));
    const at = minute % DAY_MINUTES;
    page.good[at] = (page.good[at] ?? 0) + good;
    page.bad[at] = (page.bad[at] ?? 0) + bad;
    page.goods += good;
    page.bads += bad;
  }

  /** Adds to one side what another has as good: a day at a time, many times faster than minute by minute. */
  take(from: Cells, side: "good" | "bad"): void {
    for (const [day, { good, goods }] of from.#pages) {
      const page = this.#page(day);
      const own = page[side];
      for (let at = 0; at < DAY_MINUTES; at++) own[at] = (own[at] ?? 0) + (good[at] ?? 0);
      if (side === "good") page.goods += goods;
      else page.bads += goods;
    }
  }

  /** days that have a page; count */
  get days(): number {
    return this.#pages.size;
  }

  /** What counted in `[fromMs, toMs)`; both on whole minutes, epoch ms UTC. */
  tally(fromMs: number, toMs: number): Tally {
    const to = Math.floor(toMs / MINUTE_MS);
    let [good, bad] = [0, 0];
    for (let minute = Math.ceil(fromMs / MINUTE_MS); minute < to; ) {
      const day = Math.floor(minute / DAY_MINUTES);
      const end = Math.min(to, (day + 1) * DAY_MINUTES);
      const sum = this.#sum(day, minute - day * DAY_MINUTES, end - day * DAY_MINUTES);
      good += sum.good;
      bad += sum.bad;
      minute = end;
    }
    return { good, bad };
  }

  /** Every minute of `[fromMs, toMs)` that is not empty, in order. */
  *minutes(fromMs: number, toMs: number): Generator<Tally & { readonly minute: number }> {
    const [from, to] = [Math.ceil(fromMs / MINUTE_MS), Math.floor(toMs / MINUTE_MS)];
    for (const day of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#page(day);
      const first = Math.max(0, from - day * DAY_MINUTES);
      const last = Math.min(DAY_MINUTES, to - day * DAY_MINUTES);
      for (let at = first; at < last; at++) {
        const [good, bad] = [page.good[at] ?? 0, page.bad[at] ?? 0];
        if (good !== 0 || bad !== 0) yield { minute: day * DAY_MINUTES + at, good, bad };
      }
    }
  }

  /** What counts from then on, however far ahead; a whole minute, epoch ms UTC. */
  from(fromMs: number): Tally {
    const last = Math.max(0, ...this.#pages.keys());
    return this.tally(fromMs, (last + 1) * DAY_MINUTES * MINUTE_MS);
  }

  /** Forgets the days that ended before then; epoch ms UTC. */
  forget(beforeMs: number): void {
    const first = Math.floor(beforeMs / MINUTE_MS / DAY_MINUTES);
    for (const day of this.#pages.keys()) if (day < first) this.#pages.delete(day);
  }

  #sum(day: number, from: number, to: number): Tally {
    const page = this.#pages.get(day);
    if (page === undefined) return { good: 0, bad: 0 };
    if (from === 0 && to === DAY_MINUTES) return { good: page.goods, bad: page.bads };
    let [good, bad] = [0, 0];
    for (let at = from; at < to; at++) {
      good += page.good[at] ?? 0;
      bad += page.bad[at] ?? 0;
    }
    return { good, bad };
  }

  #page(day: number): Page {
    const known = this.#pages.get(day);
    if (known !== undefined) return known;
    const page = {
      good: new Int32Array(DAY_MINUTES),
      bad: new Int32Array(DAY_MINUTES),
      goods: 0,
      bads: 0,
    };
    this.#pages.set(day, page);
    return page;
  }
}
