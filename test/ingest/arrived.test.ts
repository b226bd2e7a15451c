import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { Arrived } from "../../ingest/arrived.ts";

function arrivals(takeAll: () => void = () => undefined) {
  const read: string[] = [];
  const warn = vi.fn();
  const arrived = new Arrived<string>(
    (each) => {
      if (each === "broken") throw new Error("of no use");
      read.push(each);
    },
    { log: { warn }, takeAll },
  );
  return { arrived, read, warn };
}

test("what arrived is not read before its ack went out, and then one a turn of the event loop", async () => {
  const { arrived, read } = arrivals();
  arrived.put("first");
  await Promise.resolve();
  arrived.put("second");
  expect(read).toEqual([]);
  await turn();
  expect(read).toEqual(["first"]);
  await turn();
  expect(read).toEqual(["first", "second"]);
});

test("whoever asks has what is on its way read too", () => {
  const { arrived, read } = arrivals(() => arrived.put("on its way"));
  arrived.put("here");
  arrived.readAll();
  expect(read).toEqual(["here", "on its way"]);
});

test("whoever asks has it read first, once and in order", async () => {
  const { arrived, read } = arrivals();
  arrived.put("first");
  arrived.put("second");
  arrived.readAll();
  expect(read).toEqual(["first", "second"]);
  arrived.put("third");
  await turn();
  expect(read).toEqual(["first", "second", "third"]);
});

test("one that cannot be read is told, and keeps no other from being read", async () => {
  const { arrived, read, warn } = arrivals();
  for (const each of ["first", "broken", "last"]) arrived.put(each);
  for (let n = 0; n < 3; n++) await turn();
  expect(read).toEqual(["first", "last"]);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    { err: new Error("of no use") },
    expect.stringContaining("the journal keeps it"),
  );
});
