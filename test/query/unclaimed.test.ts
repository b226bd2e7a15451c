/** What is said of facts that belong to no subject: how many, whose, which, and why. */
import { expect, test } from "vitest";
import { renderEarliest, Unclaimed, unclaimedOf } from "../../query/unclaimed.ts";
import { DEFINITIONS, hop, type Seen } from "./shop.ts";

function told(...seen: readonly Seen[]): Unclaimed | undefined {
  return unclaimedOf(
    seen.map((each, at) => hop(at + 1, each)),
    DEFINITIONS,
  );
}

const PING: Seen = { service: "nokeys", name: "GET /thing", at: 0, took: 5 };

test("nothing is said of none", () => {
  expect(told()).toBeUndefined();
});

test("one fact carries, several carry", () => {
  expect(told(PING)?.text).toBe("1 fact of nokeys in this trace carries no declared key");
  expect(told(PING, { ...PING, service: "edge" }, PING)?.text).toBe(
    "3 facts of edge and nokeys in this trace carry no declared key",
  );
});

test("a key that leads nowhere is not called none", () => {
  const keyed = { ...PING, with: { attributes: new Map([["order.id", "O-1"]]) } };
  expect(told(PING, keyed)?.text).toBe(
    "2 facts of nokeys in this trace carry no key that leads to a journey",
  );
});

test("they are told line by line, as words of senders are: on one line each", () => {
  const forged = { ...PING, service: "", name: "GET\n/v1/orders/O-1", at: 1_500 };
  const unclaimed = told(PING, forged);
  expect(unclaimed === undefined ? [] : renderEarliest(unclaimed)).toEqual([
    "  2026-11-23T10:02:03.000Z  nokeys  GET /thing",
    "  2026-11-23T10:02:04.500Z  an unnamed service  GET /v1/orders/O-1",
  ]);
});

test("a trace of many facts and services is told by the first twenty, and counted whole", () => {
  const many = Array.from({ length: 1_000 }, (_, at) => ({ ...PING, service: `s${1_000 + at}`, at }));
  const unclaimed = told(...many);
  expect(Unclaimed.parse(unclaimed)).toMatchObject({ facts: 1_000 });
  expect([unclaimed?.services.length, unclaimed?.earliest.length]).toEqual([20, 20]);
  expect(unclaimed?.text).toContain("1000 facts of s1000, s1001, s1002, s1003 and 996 others in this trace");
  expect(unclaimed === undefined ? [] : renderEarliest(unclaimed)).toHaveLength(21);
  expect(unclaimed === undefined ? "" : renderEarliest(unclaimed).at(-1)).toBe("  and 980 more");
});
