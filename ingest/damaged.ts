/**
 * Damaged: parts of the embedded engine that have not all the bytes they should have.
 *
 *   system.parts + files → [damaged] → inserts, mend
 *
 * When the disk is full as an insert or a merge ends, ClickHouse 26.7 notices that it cannot write the last files, and
 * calls the part written all the same: its files are there, and empty. To compare sizes costs next to nothing, to read
 * all parts again would cost as much as to write them.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../errors.ts";
import { statement } from "./statements.ts";
import type { Store } from "./store.ts";

const Name = z.string().regex(/^\w+$/);

const partsSince = statement(new URL("./sql/parts_since.sql", import.meta.url), {
  params: z.object({ age_s: z.number() }),
  row: z.object({
    table: Name,
    name: Name,
    path: z.string(),
    is_inserted: z.coerce.boolean(),
    bytes: z.string().transform(Number),
  }),
});

/** A part that is not whole. */
export interface DamagedPart {
  readonly table: string;
  readonly name: string;
  /** told in one insert; others were merged, and what they were made of may still be there */
  readonly isInserted: boolean;
}

/** Modification times are whole seconds, and a part is a moment older than its last byte; s. */
const MORE_S = 3;

/**
 * The parts of a time that are not whole.
 *
 * @param ageMs  how far back that time begins
 * @throws {Failure} `store_unavailable`
 */
export async function damagedParts(store: Store, ageMs: number): Promise<DamagedPart[]> {
  const damaged: DamagedPart[] = [];
  const parts = await partsSince(store, { age_s: Math.ceil(ageMs / 1000) + MORE_S });
  for (const { table, name, path, is_inserted, bytes } of parts)
    if ((await sizeOf(path)) < bytes) damaged.push({ table, name, isInserted: is_inserted });
  return damaged;
}

/** What the files of a folder take; infinite when it is gone by now, merged with others or dropped. */
async function sizeOf(folder: string): Promise<number> {
  try {
    const files = await readdir(folder);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Reads in a table anew: damaged parts are put aside, and what they were made of comes back, as far as it is there. */
export async function readAnew(store: Store, table: string): Promise<void> {
  await store.command(`DETACH TABLE ${Name.parse(table)}`);
  await store.command(`ATTACH TABLE ${Name.parse(table)}`);
}

/**
 * The same store, which believes an insert when all of it is there. What is not is put aside, and the insert fails as
 * one does while the disk is full. A server is believed: its disk is not ours to look at.
 */
export function checking(store: Store): Store {
  if (store.shape === "server") return store;
  const insertNative: Store["insertNative"] = async (table, pieces) => {
    const beganMs = performance.now();
    await store.insertNative(table, pieces);
    const parts = await damagedParts(store, performance.now() - beganMs);
    if (!parts.some((part) => part.table === table && part.isInserted)) return;
    await readAnew(store, table);
    throw new Failure("store_unavailable", "ClickHouse is out of disk.");
  };
  return { ...store, insertNative };
}
