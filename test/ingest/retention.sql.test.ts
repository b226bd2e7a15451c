import { expect, test } from "vitest";
import { migrate } from "../../ingest/migrate.ts";
import { applyRetention, overdue, partitionsOf } from "../../ingest/retention.ts";
import type { Store } from "../../ingest/store.ts";
import { onBothShapes } from "../server.ts";

const RETENTION = { hopsDays: 30, journeysDays: 400, deadLettersDays: 7 };
const NOON = Date.UTC(2026, 10, 24, 12);
const DAY_MS = 86_400_000;

const of = (table: string, ...partitions: string[]) => partitions.map((partition) => ({ table, partition }));
const dropped = (table: string, partitions: string[], nowMs = NOON) =>
  overdue(of(table, ...partitions), RETENTION, nowMs).map(({ partition }) => partition);

test("a day goes once its last moment is further back than its table is kept", () => {
  expect(dropped("hops", ["20261024", "20261025", "20261124"])).toEqual(["20261024"]);
  expect(dropped("dead_letters", ["20261116", "20261117", "20261124"])).toEqual(["20261116"]);
});

test("a month goes as a whole, and journeys outlive their hops", () => {
  expect(dropped("journeys", ["202509", "202510", "202611"])).toEqual(["202509"]);
  const refs = [...of("hops", "20261124"), ...of("refs", "202609", "202610", "202611")];
  expect(overdue(refs, RETENTION, NOON)).toEqual(of("refs", "202609"));
});

test.each([30, 365, 5_000])("a clock that is %i days ahead drops nothing fresh", (days) => {
  const everything = [
    ...of("hops", "20261026", "20261124"),
    ...of("refs", "202610", "202611"),
    ...of("journeys", "202511", "202611"),
  ];
  expect(overdue(everything, RETENTION, NOON + days * DAY_MS)).toEqual([]);
});

test("a clock that went back drops nothing, and tables that are not ours are left alone", () => {
  expect(dropped("hops", ["20261024", "20261124"], NOON - 365 * DAY_MS)).toEqual([]);
  expect(dropped("migrations", ["20000101", "20261124"])).toEqual([]);
});

async function tell(store: Store, day: string): Promise<void> {
  const at = "{day:String}";
  await store.command(
    `INSERT INTO hops (tenant, locality, at) SELECT 't', 1, toDateTime64(${at}, 9, 'UTC')`,
    { day },
  );
  await store.command(`INSERT INTO refs (tenant, value, day) SELECT 't', 'v', toDate(${at})`, { day });
  await store.command(
    `INSERT INTO journeys (tenant, subject, version, folded_at) SELECT 't', ${at}, 1, toDateTime64(${at}, 3, 'UTC')`,
    { day },
  );
}

onBothShapes("retention", (open) => {
  test("drops old days from hops and refs, keeps their journeys, and may be repeated", async () => {
    const store = await open();
    await migrate(store);
    for (const day of ["2026-08-01", "2026-11-23", "2026-11-24"]) await tell(store, day);
    expect(await applyRetention(store, RETENTION, NOON)).toEqual([
      ...of("hops", "20260801"),
      ...of("refs", "202608"),
    ]);
    expect(await applyRetention(store, RETENTION, NOON)).toEqual([]);
    expect(await store.query("SELECT count() AS hops FROM hops")).toEqual([{ hops: "2" }]);
    expect((await partitionsOf(store, {})).filter(({ table }) => table === "journeys")).toHaveLength(2);
    const shorter = { ...RETENTION, journeysDays: 30 };
    expect(await applyRetention(store, shorter, NOON)).toEqual(of("journeys", "202608"));
  });
});
