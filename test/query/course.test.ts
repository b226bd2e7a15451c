/** How a journey went on: what had failed before it succeeded. */
import { describe, expect, test } from "vitest";
import type { Told } from "../../ingest/told.ts";
import { renderStory } from "../../query/story.ts";
import { DEFINITIONS, PARTS, type Seen, tell } from "./shop.ts";

const { PLACED, PAID, PACKED, SHIPPED } = PARTS;

function story(told: Told): readonly string[] {
  return renderStory(told, DEFINITIONS).story;
}

describe("a journey that failed", () => {
  const end = (...seen: readonly Seen[]) =>
    story(tell(seen)).find((line) => line.includes("create-order failed"));
  const declined: Seen = { ...PAID, with: { status: "error", message: "card declined" } };
  const rejected: Seen = { service: "orders", name: "order.rejected", at: 900 };

  test("never got to what was still to come, and had what came before behind it", () => {
    expect(end(declined)).toBe(
      "create-order failed 85 ms after it began. It never got to `packed`, `gift-wrapped` and `shipped`.",
    );
  });

  test("had behind it what was seen later than what was not", () => {
    expect(end({ ...PACKED, at: 0 }, rejected)).toMatch(/It never got to `gift-wrapped` and `shipped`\.$/);
  });

  test("never got anywhere when no step was seen but its start", () => {
    expect(end(PLACED, rejected)).toMatch(/never got to `paid`, `packed`, `gift-wrapped` and `shipped`\.$/);
  });
});

describe("a journey that recovered", () => {
  const rejected: Seen = {
    service: "orders",
    name: "order.rejected",
    at: 500,
    with: { body: "no stock left" },
  };
  const line = "An attempt failed at 10:02:03 UTC with `order.rejected`, by orders: no stock left.";

  test("says what had failed, at its moment, also where no status says that it did", () => {
    const told = tell([PLACED, PAID, rejected, PACKED, SHIPPED]);
    expect(told.journeys[0]).toMatchObject({ state: "succeeded", recovered: true });
    expect(story(told).indexOf(line)).toBe(2);
  });

  test("says so of the first attempt that failed, and of others as of any error", () => {
    const declined = { status: "error" as const, message: "card declined" };
    const attempt = (at: number): Seen => ({ ...PAID, at, with: declined });
    const told = tell([PLACED, attempt(1_000), attempt(0), { ...PAID, at: 3_000 }, SHIPPED]);
    expect(story(told).filter((each) => each.includes("declined"))).toEqual([
      "An attempt failed at 10:02:03 UTC with `capture card`, by payments: card declined.",
      "payments failed in `capture card`, at 10:02:04 UTC: card declined.",
    ]);
  });

  test("says whom the error of the attempt reached", () => {
    const failing = { status: "error" as const, message: "card declined" };
    const checkout: Seen = { service: "orders", name: "checkout", at: -5, took: 300, with: failing };
    const declined: Seen = { ...PAID, with: { ...failing, parentId: "0000000000000001" } };
    expect(story(tell([checkout, PLACED, declined, { ...PAID, at: 3_000 }, SHIPPED]))).toContain(
      "An attempt failed at 10:02:03 UTC with `capture card`, by payments: card declined. The error reached orders.",
    );
  });

  test("still does when its success was compensated, and one that did not recover does not", () => {
    const refunded: Seen = { service: "payments", name: "payment.refunded", at: 9_000 };
    expect(story(tell([PLACED, rejected, SHIPPED, refunded]))).toContain(line);
    for (const told of [tell([PLACED, rejected]), tell([PLACED, SHIPPED, { ...rejected, at: 4_000 }])])
      expect(story(told).join(" ")).not.toContain("An attempt failed");
  });

  test("names itself where it is not the first of its subject", () => {
    const [createOrder, refund] = DEFINITIONS.journeys;
    if (createOrder === undefined || refund === undefined) throw new Error("the shop has two journeys");
    const definitions = { ...DEFINITIONS, journeys: [createOrder, { ...refund, fails: createOrder.fails }] };
    const seen: Seen[] = [
      PLACED,
      SHIPPED,
      { service: "support", name: "refund.requested", at: 7_000 },
      { ...rejected, at: 8_000 },
      { service: "payments", name: "payment.refunded", at: 9_000 },
    ];
    expect(renderStory(tell(seen, { definitions }), definitions).story).toContain(
      "An attempt of refund failed at 10:02:11 UTC with `order.rejected`, by orders: no stock left.",
    );
  });
});
