/**
 * Migrate: the numbered .sql files, applied in order, each once.
 *
 *   schema/*.sql → [migrate] → tables
 *
 * Up only. An applied file never changes; a database that has more than these files was written by a newer Waybill,
 * and an older one keeps its hands off. Every statement can be repeated, because two processes may start at once and
 * ClickHouse knows no transaction around a change of schema.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { Failure } from "../errors.ts";
import { withoutComments } from "./bind.ts";
import type { Store } from "./store.ts";

/** One file of the schema. */
export interface Migration {
  /** `001_hops` */
  readonly name: string;
  /** one statement, without comments and semicolon */
  readonly statement: string;
  /** SHA-256 of the file, hex */
  readonly checksum: string;
  /** of earlier texts of it: what they made may stay as it is */
  readonly formerly: readonly string[];
}

/** What a run did, by name. */
export interface Migrated {
  readonly applied: string[];
  readonly already: string[];
}

const SCHEMA = new URL("./schema/", import.meta.url);

const APPLIED = `CREATE TABLE IF NOT EXISTS migrations
(name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = ReplacingMergeTree ORDER BY (name, checksum)
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000`;

/**
 * Brings the store up to these files. Safe to repeat, also after a crash in the middle.
 *
 * @throws {Failure} `config` when an applied file has changed or the store has migrations unknown here
 */
export async function migrate(store: Store, migrations = loadMigrations(SCHEMA)): Promise<Migrated> {
  await store.command(APPLIED);
  const done = await checksums(store);
  refuseNewer(done, migrations);
  refuseChanged(done, migrations);
  const pending = migrations.filter(({ name }) => !done.has(name));
  for (const { statement } of pending) await store.command(statement);
  if (pending.length > 0) await record(store, pending);
  const names = (of: readonly Migration[]) => of.map(({ name }) => name);
  return { applied: names(pending), already: names(migrations.filter(({ name }) => done.has(name))) };
}

/** The files of a folder, in order of their number. */
export function loadMigrations(folder: URL): Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file, at) => {
    if (!file.startsWith(`${String(at + 1).padStart(3, "0")}_`)) {
      throw new RangeError(
        `${file} is out of order: the files are numbered 001, 002 and so on, without gaps`,
      );
    }
    const text = readFileSync(new URL(file, folder), "utf8");
    const checksum = createHash("sha256").update(text).digest("hex");
    const formerly = [...text.matchAll(FORMERLY)].map(([, former = ""]) => former);
    return { name: file.slice(0, -".sql".length), statement: oneStatement(text, file), checksum, formerly };
  });
}

/** A file may say of which texts it was, when only tables that are yet to be made should differ. */
const FORMERLY = /^-- Formerly +([0-9a-f]{64})/gm;

function isOf({ checksum, formerly }: Migration, applied: string): boolean {
  return applied === checksum || formerly.includes(applied);
}

/** The embedded engine would run a second statement without a word, a server would refuse it: one per file. */
function oneStatement(text: string, file: string): string {
  const statement = withoutComments(text).trim().replace(/;$/, "");
  if (statement === "") throw new RangeError(`${file} has no statement`);
  if (statement.replace(/'(?:[^'\\]|\\.|'')*'/g, "").includes(";")) {
    throw new RangeError(`${file} has more than one statement`);
  }
  return statement;
}

async function checksums(store: Store): Promise<ReadonlyMap<string, string>> {
  const Row = z.object({ name: z.string(), checksum: z.string() });
  const rows = await store.query("SELECT name, checksum FROM migrations ORDER BY applied_at");
  return new Map(
    z
      .array(Row)
      .parse(rows)
      .map(({ name, checksum }) => [name, checksum]),
  );
}

function refuseNewer(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...done.keys()].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const detail = `the store was written by a newer Waybill; unknown here: ${unknown.sort().join(", ")}`;
  throw new Failure("config", detail);
}

function refuseChanged(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  for (const migration of migrations) {
    const checksum = done.get(migration.name);
    if (checksum === undefined || isOf(migration, checksum)) continue;
    throw new Failure("config", `the schema file ${migration.name}.sql was changed after it was applied`);
  }
}

/** All at once: a block for each would take as long as making the schema does. After a crash before it all are repeated. */
async function record(store: Store, migrations: readonly Migration[]): Promise<void> {
  const rows = "arrayJoin(arrayZip({names:Array(String)}, {checksums:Array(String)}))";
  await store.command(`INSERT INTO migrations (name, checksum) SELECT (${rows} AS row).1, row.2`, {
    names: migrations.map(({ name }) => name),
    checksums: migrations.map(({ checksum }) => checksum),
  });
}
