/**
 * Hop page: which hops of a subject go onto one page of its answer.
 *
 *   Told → [hop page] → view
 *
 * Pure. Pages follow the start and then the id of each hop, which no later arrival changes; how deep a hop lies among
 * its causes is known only once those are here. On a page hops stand in the order in which they are told.
 */
import { z } from "@hono/zod-openapi";
import type { Member } from "../ingest/told.ts";
import { cursorOf } from "./cursor.ts";

/** Hops on a page unless asked otherwise; count. */
export const HOPS_DEFAULT = 200;
/** Hops on a page at most; count. */
export const HOPS_MAX = 5_000;

/** Which hops to show. */
export interface HopPage {
  /** count ≥ 1 */
  readonly limit: number;
  /** as given by an earlier answer about the same subject */
  readonly cursor?: string | undefined;
}

/** The hops of a page, and the cursor of the next; null when there is none. */
export interface Shown {
  readonly members: readonly Member[];
  readonly nextCursor: string | null;
}

const HopCursor = cursorOf(z.object({ afterHop: z.string(), atNs: z.string().regex(/^\d{1,20}$/) }));

/**
 * The hops behind the cursor, so many of them. A hop that was here when the first page was given is on exactly one page,
 * whatever arrives in between.
 *
 * @throws {Failure} `bad_request` when the cursor is not one
 */
export function hopPageOf(members: readonly Member[], { limit, cursor }: HopPage): Shown {
  const rest = cursor === undefined ? members : behind(members, cursor);
  if (rest.length <= limit) return { members: rest, nextCursor: null };
  const chosen = rest.toSorted(byPosition).slice(0, limit);
  const last = chosen.at(-1)?.hop;
  const onPage = new Set(chosen);
  return {
    members: rest.filter((member) => onPage.has(member)),
    nextCursor: last === undefined ? null : HopCursor.render({ afterHop: last.id, atNs: String(last.atNs) }),
  };
}

function behind(members: readonly Member[], cursor: string): readonly Member[] {
  const { afterHop, atNs } = HopCursor.parse(cursor);
  const position = { id: afterHop, atNs: BigInt(atNs) };
  return members.filter(({ hop }) => compared(hop, position) > 0);
}

function byPosition(a: Member, b: Member): number {
  return compared(a.hop, b.hop);
}

type Position = Pick<Member["hop"], "id" | "atNs">;

function compared(a: Position, b: Position): number {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}
