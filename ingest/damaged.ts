/**
 * Damaged: parts of the embedded engine that have not all the bytes they should have.
 *
 *   system.parts + files → [damaged] → inserts, mend
 *
 * When the disk is full as an insert or a merge ends, ClickHouse 26.7 notices that it cannot write the last files, and
 * calls the part written all the same: its files are there, and empty. To compare sizes costs next to nothing, to read
 * all parts again would cost as much as to write them.
 */
import { readdir, stat, statfs } from "node:fs/promises";
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

/** A part, as far as it matters here. */
export interface Part {
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
 * @param ageMs     how far back that time begins
 * @param isWanted  which to look at: a part of many columns has more than a hundred files
 * @throws {Failure} `store_unavailable`
 */
export async function damagedParts(
  store: Store,
  ageMs: number,
  isWanted: (part: Part) => boolean,
): Promise<Part[]> {
  const damaged: Part[] = [];
  const parts = await partsSince(store, { age_s: Math.ceil(ageMs / 1000) + MORE_S });
  for (const { table, name, path, is_inserted: isInserted, bytes } of parts) {
    const part = { table, name, isInserted };
    if (isWanted(part) && (await sizeOf(path)) < bytes) damaged.push(part);
  }
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

/** Where a disk may be full. */
export interface Disk {
  /** a folder on it */
  readonly folder: string;
  /** with more room than this it was not full a moment ago; bytes. @default 2 GiB */
  readonly roomBytes?: number;
}

const ROOM_BYTES = 2 ** 31;

/**
 * The same store, which believes an insert on a disk that is nearly full only when all of it is there. What is not is put
 * aside, and the insert fails as one does on a full disk. With room on the disk the question is not worth asking: it would
 * cost acks a third of a second at their slowest. A server is believed: its disk is not ours to look at.
 */
export function checking(store: Store, disk: Disk): Store {
  if (store.shape === "server") return store;
  const insertNative: Store["insertNative"] = async (table, pieces) => {
    const beganMs = performance.now();
    await store.insertNative(table, pieces);
    if (await hasRoom(disk)) return;
    const isOurs = (part: Part) => part.table === table && part.isInserted;
    const damaged = await damagedParts(store, performance.now() - beganMs, isOurs);
    if (damaged.length === 0) return;
    await readAnew(store, table);
    throw new Failure("store_unavailable", "ClickHouse is out of disk.");
  };
  return { ...store, insertNative };
}

async function hasRoom({ folder, roomBytes = ROOM_BYTES }: Disk): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > roomBytes;
}
