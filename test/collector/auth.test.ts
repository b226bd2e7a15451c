import { expect, test } from "vitest";
import { bearerAuth } from "../../collector/auth.ts";

test("without a token everybody may come in", () => {
  expect(bearerAuth(null)(undefined)).toBe(true);
});

test.each(["Bearer s3cret", "bearer s3cret", "Bearer   s3cret "])("%j opens the door", (header) => {
  expect(bearerAuth("s3cret")(header)).toBe(true);
});

test.each([
  undefined,
  "",
  "Bearer",
  "Bearer ",
  "Bearer s3cre",
  "Bearer s3crett",
  "s3cret",
  "Basic s3cret",
  "Bearer a, Bearer s3cret",
])("%j does not", (header) => {
  expect(bearerAuth("s3cret")(header)).toBe(false);
});
