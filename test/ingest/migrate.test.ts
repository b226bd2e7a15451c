import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMigrations, migrate } from "../../ingest/migrate.ts";
import { onBothShapes } from "../server.ts";

const SCHEMA = loadMigrations(new URL("../../ingest/schema/", import.meta.url));
const NAMES = SCHEMA.map(({ name }) => name);
const CREATED = SCHEMA.flatMap(
  ({ statement }) => /^CREATE .*?IF NOT EXISTS (\w+)/.exec(statement)?.[1] ?? [],
);

onBothShapes("migrations", (open) => {
  test("an empty store gets the whole schema, and a second run changes nothing", async () => {
    const store = await open();
    expect(await migrate(store)).toEqual({ applied: NAMES, already: [] });
    expect(await migrate(store)).toEqual({ applied: [], already: NAMES });
    const tables = await store.query(
      "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name",
    );
    expect(tables).toEqual(["migrations", ...CREATED].sort().map((name) => ({ name })));
  });

  test("the view of the OpenTelemetry exporter's columns can be read", async () => {
    const store = await open();
    await migrate(store);
    expect(await store.query("SELECT TraceId, Duration, `Links.TraceId` FROM otel_traces")).toEqual([]);
    const types = await store.query(
      "SELECT DISTINCT type FROM system.columns WHERE database = currentDatabase() AND table = 'otel_traces' AND name IN ('ResourceAttributes', 'SpanAttributes')",
    );
    expect(types).toEqual([{ type: "Map(LowCardinality(String), String)" }]);
  });

  test("a later file is applied to a store that has the earlier ones", async () => {
    const store = await open();
    await migrate(store, SCHEMA.slice(0, 2));
    expect(await migrate(store)).toEqual({ applied: NAMES.slice(2), already: NAMES.slice(0, 2) });
  });

  test("a run that stopped between a statement and its record is finished by the next", async () => {
    const store = await open();
    await migrate(store);
    await store.command(
      "ALTER TABLE migrations DELETE WHERE name = {name:String} SETTINGS mutations_sync = 1",
      {
        name: NAMES[2] ?? "",
      },
    );
    expect((await migrate(store)).applied).toEqual([NAMES[2]]);
  });

  test("two processes that start at once both find the schema in place", async () => {
    const store = await open();
    await Promise.all([migrate(store), migrate(store)]);
    expect((await migrate(store)).already).toEqual(NAMES);
  });

  test("an applied file that was of an earlier text which it names is taken as it is", async () => {
    const store = await open();
    const before = SCHEMA.map((one) => (one.name === NAMES[1] ? { ...one, checksum: "earlier" } : one));
    await migrate(store, before);
    const now = SCHEMA.map((one) => (one.name === NAMES[1] ? { ...one, formerly: ["earlier"] } : one));
    expect(await migrate(store, now)).toEqual({ applied: [], already: NAMES });
  });

  test("an applied file that was changed is refused before anything is done", async () => {
    const store = await open();
    await migrate(store, SCHEMA.slice(0, 2));
    const changed = SCHEMA.map((one) => (one.name === NAMES[1] ? { ...one, checksum: "other" } : one));
    await expect(migrate(store, changed)).rejects.toMatchObject({ code: "config", detail: /002_refs\.sql/ });
    expect(await store.query("SELECT count() AS n FROM migrations")).toEqual([{ n: "2" }]);
  });

  test("a store of a newer version is refused before anything is done", async () => {
    const store = await open();
    await migrate(store);
    await expect(migrate(store, SCHEMA.slice(0, 3))).rejects.toMatchObject({
      code: "config",
      detail: `the store was written by a newer Waybill; unknown here: ${NAMES.slice(3).join(", ")}`,
    });
  });
});

describe("schema files", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waybill-schema-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ["two statements", "SELECT 1; DROP TABLE hops", "more than one statement"],
    ["no statement", "-- only words", "no statement"],
  ])("with %s are refused", async (_, text, problem) => {
    await writeFile(join(folder, "001_x.sql"), text);
    expect(() => loadMigrations(pathToFileURL(`${folder}/`))).toThrow(problem);
  });

  test("may end with a semicolon and hold one in a string or a comment", async () => {
    await writeFile(join(folder, "001_x.sql"), "-- a; b\nSELECT ';' -- c; d\n;\n");
    expect(loadMigrations(pathToFileURL(`${folder}/`))[0]?.statement).toMatch(/^SELECT ';'\s*$/);
  });

  test("are numbered without gaps", async () => {
    await writeFile(join(folder, "003_y.sql"), "SELECT 1");
    expect(() => loadMigrations(pathToFileURL(`${folder}/`))).toThrow("out of order");
  });
});
