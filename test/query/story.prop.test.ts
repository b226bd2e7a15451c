/** Whatever is told, the story is printable, complete in its numbers, and the same each time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Told } from "../../ingest/told.ts";
import { renderStory } from "../../query/story.ts";
import { DEFINITIONS, linkTo, PARTS, type Seen, tell } from "./shop.ts";

const anyName = fc.constantFrom(
  ...[
    "",
    "x",
    "order.placed",
    "order.shipped",
    "order.rejected",
    "capture card",
    "POST /orders",
    "orders.dlq",
    "`\n\u202e",
    "é".repeat(400),
  ],
);

const someSeen: fc.Arbitrary<Seen> = fc.oneof(
  fc.constantFrom<Seen>(...Object.values(PARTS)),
  fc.record({
    service: fc.oneof(anyName, fc.constantFrom("gateway", "payments")),
    name: anyName,
    at: fc.double({ min: -1e12, max: 1e13, noNaN: true }),
    took: fc.double({ min: -1e9, max: 1e12, noNaN: true }),
    with: fc.record(
      {
        status: fc.constantFrom("ok" as const, "error" as const),
        message: anyName,
        spanKind: fc.constantFrom("consumer" as const, "producer" as const),
        parentId: fc.constantFrom("", "0000000000000001", "0000000000000002"),
        links: fc.array(fc.constantFrom(linkTo(1), linkTo(2)), { maxLength: 3 }),
        droppedLinks: fc.nat(9),
      },
      { requiredKeys: [] },
    ),
  }),
);

const someTold: fc.Arbitrary<Told> = fc
  .record({
    seen: fc.array(someSeen, { maxLength: 9 }),
    askedAt: fc.double({ min: -1e6, max: 1e13, noNaN: true }),
    subject: fc.record({ kind: fc.constantFrom("order.id", "correlation.id"), id: anyName }),
    related: fc.array(
      fc.record({
        subject: fc.record({ kind: fc.constantFrom("order.id", "refund.id"), id: anyName }),
        relation: fc.constantFrom("carries" as const, "shares" as const, "conflict" as const),
        key: fc.constantFrom("package.id=P", "=", ""),
      }),
    ),
    gaps: fc.array(fc.record({ kind: fc.constantFrom("late" as const, "hub" as const), text: anyName })),
    contract: fc.constantFrom(null, "order.placed@1", "order.placed@", "@", "order.placed@9"),
  })
  .map(({ seen, contract, ...besides }) =>
    tell(seen, {
      ...besides,
      members: new Map(seen.map((_, index) => [index + 1, { contract, shared: true }])),
    }),
  );

test("a story never breaks, never shows a hole, and is one printable line a sentence", () => {
  fc.assert(
    fc.property(someTold, (told) => {
      const { headline, story } = renderStory(told, DEFINITIONS);
      for (const line of [headline, ...story]) {
        expect(line).not.toMatch(/undefined|NaN|null|\[object|Infinity|[\u0000-\u001f\u202e]/);
        expect(line.trim()).toBe(line);
        expect(line).toMatch(/[.!?…]$/);
      }
    }),
    { numRuns: 500 },
  );
});

test("the same facts give the same words", () => {
  fc.assert(
    fc.property(someTold, (told) => {
      expect(renderStory(told, DEFINITIONS)).toEqual(renderStory(structuredClone(told), DEFINITIONS));
    }),
  );
});
