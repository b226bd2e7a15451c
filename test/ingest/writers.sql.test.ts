import { expect, test } from "vitest";
import { loadMigrations, migrate } from "../../ingest/migrate.ts";
import type { Store } from "../../ingest/store.ts";
import { announcing, Writers } from "../../ingest/writers.ts";
import { onBothShapes } from "../server.ts";

const HOUR_MS = 3_600_000;

onBothShapes("writers of one store", (open) => {
  const ready = async () => {
    const store = await open();
    await migrate(store);
    return store;
  };
  const writer = (store: Store, folderId: string | null, now = () => 0) =>
    new Writers({ store, folderId, now });

  test("hear of each other, and not of themselves", async () => {
    const store = await ready();
    const [a, b] = [writer(store, "a"), writer(store, "b")];
    await a.announce();
    expect(await a.others()).toEqual({ announced: 0n, wereAny: false, areAny: false });
    expect(await b.others()).toEqual({ announced: 1n, wereAny: true, areAny: true });
    await b.announce();
    await b.announce();
    expect(await a.others()).toEqual({ announced: 2n, wereAny: true, areAny: true });
  });

  test("with the same folder one after the other are no company, but count", async () => {
    const store = await ready();
    await writer(store, "a").announce();
    expect(await writer(store, "a").others()).toEqual({ announced: 1n, wereAny: false, areAny: false });
  });

  test("without a folder are each their own", async () => {
    const store = await ready();
    await writer(store, null).announce();
    expect(await writer(store, null).others()).toEqual({ announced: 1n, wereAny: true, areAny: true });
  });

  test("are company for a day, and counted for ever", async () => {
    const store = await ready();
    await store.command(
      "INSERT INTO writers SELECT 'b', 'process', now64(6) - toIntervalHour(25), false FROM numbers(3)",
    );
    expect(await writer(store, "a").others()).toEqual({ announced: 3n, wereAny: true, areAny: false });
  });

  test("count as one when they filled the store before any announced itself", async () => {
    const store = await open();
    const all = loadMigrations(new URL("../../ingest/schema/", import.meta.url));
    const before = all.filter(({ name }) => name < "014");
    await migrate(store, before);
    await store.command("INSERT INTO refs (tenant, value) VALUES ('t', 'A')");
    await migrate(store, all);
    expect(await writer(store, "a").others()).toEqual({ announced: 1n, wereAny: true, areAny: false });
  });

  test("that have left are no company, until they write again", async () => {
    const store = await ready();
    const b = writer(store, "b");
    await b.leave();
    expect(await writer(store, "a").others()).toEqual({ announced: 0n, wereAny: false, areAny: false });
    await b.announce();
    await b.leave();
    expect(await writer(store, "a").others()).toEqual({ announced: 2n, wereAny: true, areAny: false });
    await b.announceAgain();
    expect(await writer(store, "a").others()).toEqual({ announced: 3n, wereAny: true, areAny: true });
  });

  test("announce themselves before they write, once an hour", async () => {
    const store = await ready();
    let nowMs = 10 * HOUR_MS;
    const said: bigint[] = [];
    const listener = writer(store, "a");
    const own = announcing(
      {
        ...store,
        shape: "server",
        insertNative: async () => void said.push((await listener.others()).announced),
      },
      writer(store, "b", () => nowMs),
    );
    await own.insertNative("dead_letters", []);
    for (const table of ["hops", "refs", "journeys"]) await own.insertNative(table, []);
    nowMs += 2 * HOUR_MS;
    await own.insertNative("hops", []);
    nowMs -= 5 * HOUR_MS;
    await own.insertNative("hops", []);
    expect(said).toEqual([0n, 1n, 1n, 1n, 2n, 3n]);
  });
});
