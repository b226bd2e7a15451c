/** A round of more journeys than one block takes: each gets its row, once, and none that says what is known already. */
import { expect, test } from "vitest";
import { Draft } from "../../ingest/draft.ts";
import { fold } from "../../ingest/fold.ts";
import type { Journey } from "../../ingest/journey.ts";
import { type Rows, rememberRows } from "../../ingest/journeys.ts";
import { migrate } from "../../ingest/migrate.ts";
import { onBothShapes } from "../server.ts";
import { at, CREATE_ORDER, event } from "./build.ts";

const MANY = 450;
const VERSION = 1_788_256_805_000_000n;

function journeyOf(kind: string, id: string): Journey {
  const hops = [event({ name: "placed", atMs: 0 })];
  const options = { definition: CREATE_ORDER, subject: { kind, id }, hops, tags: new Map() };
  const journey = fold(options, at(1));
  if (journey === null) throw new Error("a placed order is a journey");
  return journey;
}

onBothShapes("a round of many journeys", (open) => {
  test("writes each new row once, closing ones too, and knows the stand-ins among them", async () => {
    const store = await open();
    await migrate(store);
    const known: Rows = { tenant: "t", written: new Map() };
    const draft = () =>
      new Draft({ known, version: VERSION, isStandIn: ({ subject }) => subject.kind === "correlation.id" });
    const orders = Array.from({ length: MANY }, (_, n) => journeyOf("order.id", `O-${n}`));
    const standIn = journeyOf("correlation.id", "c-1");
    const gone = {
      definition: "create-order",
      subject: { kind: "correlation.id", id: "c-2" },
      into: [{ kind: "order.id", id: "O-1" }],
    };

    const first = draft();
    for (const journey of [...orders, standIn]) first.add(journey);
    await store.insertNative("journeys", first.end([gone]));
    const [counts] = await store.query(
      "SELECT toUInt32(count()) AS written, toUInt32(uniq(subject)) AS told, toUInt32(countIf(state = 'merged')) AS gone FROM journeys",
    );
    expect(counts).toEqual({ written: MANY + 2, told: MANY + 2, gone: 1 });
    expect(first.standIns).toEqual([standIn]);

    rememberRows(known, first.changes, [gone]);
    const second = draft();
    for (const journey of [...orders, standIn]) second.add(journey);
    expect([second.end([]), second.changes, second.standIns]).toEqual([[], [], []]);
  });
});
