import { expect, test } from "vitest";
import { migrate } from "../../ingest/migrate.ts";
import { versionsOf } from "../../ingest/versions.ts";
import { onBothShapes } from "../server.ts";

onBothShapes("versions of journey rows", (open) => {
  test("grow with every reading of the facts", async () => {
    const store = await open();
    await migrate(store);
    const versions = versionsOf(store);
    const taken = [await versions.next(), await versions.next(), await versions.next()];
    expect(new Set(taken).size).toBe(3);
    expect([...taken].sort((a, b) => Number(a - b))).toEqual(taken);
  });

  test("go on above those of a clock that was ahead", async () => {
    const store = await open();
    await migrate(store);
    const ahead = 9_000_000_000_000_000n;
    await store.command(
      `INSERT INTO journeys (tenant, definition, subject_kind, subject, version) VALUES ('t', 'd', 'k', 's', ${ahead})`,
    );
    expect(await versionsOf(store).next()).toBe(ahead + 1n);
  });
});
