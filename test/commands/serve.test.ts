import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { closeInTime, whereTo } from "../../commands/serve.ts";
import { parseConfig } from "../../config.ts";
import type { Service } from "../../serve.ts";
import { listening } from "../service.ts";

/** As when a disk or a bug holds up the last closer for ever. */
const HANGING: Service = {
  otlpPort: null,
  apiPort: 8080,
  flush: async () => undefined,
  close: () => new Promise(() => undefined),
};

const exit = vi.fn<typeof process.exit>();
let signal: () => void = () => undefined;
const around = {
  ...listening(),
  onStop: (stop: () => void) => {
    signal = stop;
  },
};
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(process, "exit").mockImplementation(exit);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  exit.mockReset();
});

test("a service that has not stopped after thirty seconds is ended the hard way", () => {
  void closeInTime(around, HANGING);
  vi.advanceTimersByTime(29_999);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(exit).toHaveBeenCalledWith(1);
});

test("a second signal ends it at once", () => {
  void closeInTime(around, HANGING);
  signal();
  expect(exit).toHaveBeenCalledWith(1);
});

test("one that stops in time ends well", async () => {
  expect(await closeInTime(around, { ...HANGING, close: async () => undefined })).toBe(0);
  expect(exit).not.toHaveBeenCalled();
});

test("a process that only takes data in says that its other port is for health", () => {
  const doors = { ...HANGING, otlpPort: 4318 };
  expect(whereTo(parseConfig({ WAYBILL_ROLE: "ingest" }), doors).split("\n")).toEqual([
    "Health         http://127.0.0.1:8080",
    "OTLP/HTTP      http://127.0.0.1:4318",
  ]);
  expect(whereTo(parseConfig({}), doors)).toContain("Page and API   http://127.0.0.1:8080");
});
