/** The one sentence, where an order has more than one journey, a clock that is wrong, or several steps to wait for. */
import { describe, expect, test } from "vitest";
import type { Definitions } from "../../ingest/definitions.ts";
import { renderStory } from "../../query/story.ts";
import { DEFINITIONS, PARTS, type Seen, tell } from "./shop.ts";

const { CHECKOUT, PLACED, SHIPPED } = PARTS;

function headline(seen: readonly Seen[], definitions = DEFINITIONS): string {
  return renderStory(tell(seen, { definitions }), definitions).headline;
}

describe("what the customer got", () => {
  const entry = [{ span: { source: "POST /returns", test: (name: string) => name === "POST /returns" } }];
  const withReturns: Definitions = {
    ...DEFINITIONS,
    journeys: DEFINITIONS.journeys.map((each) =>
      each.name === "refund" ? { ...each, entry } : { ...each, compensates: [] },
    ),
  };
  const answered504 = { attributes: new Map([["http.response.status_code", "504"]]) };
  const returned: readonly Seen[] = [
    { service: "support", name: "refund.requested", at: 60_000 },
    { service: "gateway", name: "POST /returns", at: 60_000, took: 90, with: answered504 },
    { service: "payments", name: "payment.refunded", at: 70_000 },
  ];

  test("of another journey about the same order is not said of this one", () => {
    expect(headline([PLACED, SHIPPED, ...returned], withReturns)).toBe(
      "ORD-42 was shipped 3.2 s after it was placed.",
    );
  });

  test("of this journey is said, whatever another one got", () => {
    expect(headline([{ ...CHECKOUT, with: answered504 }, PLACED, SHIPPED, ...returned], withReturns)).toBe(
      "ORD-42 was shipped 3.2 s after it was placed, although the customer got a 504.",
    );
  });
});

describe("an order whose clocks contradict each other", () => {
  const rejected: Seen = { service: "orders", name: "order.rejected", at: -30_000 };

  test("was shipped before it was placed, not after", () => {
    expect(headline([PLACED, { ...SHIPPED, at: -30_000 }])).toBe(
      "ORD-42 was shipped 30.0 s before it was placed.",
    );
  });

  test("is told in its story with the same words", () => {
    const story = (seen: readonly Seen[]) => renderStory(tell(seen), DEFINITIONS).story.join("\n");
    expect(story([PLACED, { ...SHIPPED, at: -30_000 }])).toContain(
      "create-order succeeded 30.0 s before it began",
    );
    expect(story([PLACED, rejected])).toContain("create-order failed 30.0 s before it began");
  });
});
