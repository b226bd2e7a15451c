import { expect, test } from "vitest";
import { doorOf, mediaTypeOf } from "../../collector/door.ts";

test.each([
  ["/v1/traces", "traces"],
  ["/v1/logs/", "logs"],
  ["/prefix/v1/traces", "traces"],
  ["/a/b.c/~d/v1/metrics?x=1", "metrics"],
  ["/v1/events?access=x", "events"],
  ["/livez", "livez"],
  ["/readyz?verbose", "readyz"],
])("%s leads to %s", (target, door) => {
  expect(doorOf(target)).toBe(door);
});

test.each([
  "/",
  "",
  "*",
  "/v1/trace",
  "/v1/tracesx",
  "/xv1/traces",
  "//v1/traces",
  "/%2e%2e/v1/traces",
  "/a\\v1/traces",
  "/v1development/profiles",
  "/x/livez",
  "/livez/",
  "/livez/../v1/traces/x",
])("%s leads nowhere", (target) => {
  expect(doorOf(target)).toBeNull();
});

test("a media type is read without its parameters, in any case", () => {
  expect(mediaTypeOf("Application/JSON ; charset=utf-8")).toBe("application/json");
  expect(mediaTypeOf(undefined)).toBe("");
});
