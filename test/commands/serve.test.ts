import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { closeInTime } from "../../commands/serve.ts";
import type { Service } from "../../serve.ts";
import { listening } from "../service.ts";

/** As when a disk or a bug holds up the last closer for ever. */
const HANGING: Service = {
  otlpPort: null,
  apiPort: null,
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
