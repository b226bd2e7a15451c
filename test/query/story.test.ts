/** The words: each expected story is written by hand, as a person would want to read it at three in the morning. */
import { describe, expect, test } from "vitest";
import { forgottenGap } from "../../ingest/gaps.ts";
import type { Told } from "../../ingest/told.ts";
import { renderStory, renderText } from "../../query/story.ts";
import { DEFINITIONS, PARTS, tell } from "./shop.ts";
import * as stories from "./stories.ts";

function text(told: Told): string {
  return renderText(renderStory(told, DEFINITIONS));
}

function story(told: Told): readonly string[] {
  return renderStory(told, DEFINITIONS).story;
}

function headline(told: Told): string {
  return renderStory(told, DEFINITIONS).headline;
}

describe("told in full", () => {
  test("an order whose facts are gone is told from what its journey remembers", () => {
    const journeys = stories.happy.journeys.map((journey) => ({
      ...journey,
      seenByCaller: null,
      steps: journey.steps.map((step) => ({ ...step, hopId: null })),
    }));
    const gaps = [forgottenGap(BigInt(Date.UTC(2026, 11, 1)) * 1_000_000n)];
    expect(
      text({ ...stories.happy, members: [], related: [], journeys, gaps }),
    ).toBe(`ORD-42 was shipped 3.2 s after it was placed; its facts are no longer kept.

The order was placed on 2026-11-23 at 10:02:03 UTC.
The order was paid 120 ms after the start, at 10:02:03 UTC.
The order was packed 1.4 s after the start, at 10:02:04 UTC.
The order was shipped 3.2 s after the start, at 10:02:06 UTC.
create-order succeeded 3.2 s after it began, without \`gift-wrapped\`.
Facts from before 2026-12-01 are no longer kept: of what they told only the outcome and the times of steps are left.
`);
  });

  test("an order that went well", () => {
    expect(text(stories.happy)).toBe(`ORD-42 was shipped 3.2 s after it was placed.

The order was placed on 2026-11-23 at 10:02:03 UTC, by orders.
The order was paid 120 ms after the start, at 10:02:03 UTC, by payments in 85 ms.
The customer got a 201 from gateway after 180 ms (\`POST /orders\`).
The order was packed 1.4 s after the start, at 10:02:04 UTC, by fulfilment.
The order was shipped 3.2 s after the start, at 10:02:06 UTC, by fulfilment.
create-order succeeded 3.2 s after it began, without \`gift-wrapped\`.
`);
  });

  test("an order whose customer got an error although it went through", () => {
    expect(
      text(stories.timedOut),
    ).toBe(`ORD-42 was shipped 5.4 s after it was placed, although the customer got a 504.

The order was placed on 2026-11-23 at 10:02:03 UTC, by orders.
The customer got a 504 from gateway after 2.0 s (\`POST /orders\`): gave up waiting for orders.
The order was paid 2.4 s after the start, at 10:02:05 UTC, by payments in 2.4 s.
The order was packed 4.1 s after the start, at 10:02:07 UTC, by fulfilment.
The order was shipped 5.4 s after the start, at 10:02:08 UTC, by fulfilment.
The order went through all the same: \`shipped\` 3.4 s later. create-order succeeded 5.4 s after it began, without \`gift-wrapped\`.
`);
  });

  test("an order that is stuck, and with whom", () => {
    expect(
      text(stories.stuck),
    ).toBe(`ORD-42 is stuck: \`packed\` is overdue since 10:02:11 UTC (fulfilment-team), because fulfilment dead-lettered its message.

The order was placed on 2026-11-23 at 10:02:03 UTC, by orders.
The order was paid 120 ms after the start, at 10:02:03 UTC, by payments in 85 ms.
The customer got a 201 from gateway after 180 ms (\`POST /orders\`).
fulfilment failed in \`process order.paid\`, at 10:02:03 UTC: no packing station for country XX.
fulfilment gave up on a message and dead-lettered it at 10:02:03 UTC (\`publish\`).
\`packed\` should have come by 10:02:11 UTC and is 59 min 52 s overdue; it is with fulfilment-team. The last sign of life was \`publish\` in fulfilment at 10:02:03 UTC.
`);
  });

  test("an order that failed", () => {
    expect(text(stories.declined)).toBe(`ORD-42 failed at \`paid\`: card declined (payments).

The order was placed on 2026-11-23 at 10:02:03 UTC, by orders.
\`paid\` failed in payments at 10:02:03 UTC: card declined.
create-order failed 120 ms after it began. It never got to \`packed\`, \`gift-wrapped\` and \`shipped\`.
The customer got a 402 from gateway after 180 ms (\`POST /orders\`): payment failed.
`);
  });

  test("a checkout that failed before there was an order", () => {
    expect(
      text(stories.provisional),
    ).toBe(`Correlation id c-77 failed with \`order.rejected\` before any order was created: no stock left (orders).

create-order reached \`placed\` on 2026-11-23 at 10:02:03 UTC, by orders.
create-order failed 40 ms after it began with \`order.rejected\`, by orders: no stock left. It never got to \`paid\`, \`packed\`, \`gift-wrapped\` and \`shipped\`.
The customer got a 500 from gateway after 95 ms (\`POST /orders\`).
No order is known to have been created; this journey is known by its correlation id.
`);
  });

  test("a refund is a journey of its own", () => {
    const [first, second] = renderStory(stories.refunded, DEFINITIONS).story.slice(-4);
    expect(headline(stories.refunded)).toBe(
      "ORD-42 was shipped 3.2 s after it was placed, then compensated by `payment.refunded` 2 h 1 min later.",
    );
    expect(first).toBe("refund reached `requested` on 2026-11-23 at 12:02:03 UTC, by support.");
    expect(second).toBe("create-order was compensated at 12:03:03 UTC, by payments (`payment.refunded`).");
    expect(story(stories.refunded).slice(-2)).toEqual([
      "refund reached `refunded` 1 min after it began, at 12:03:03 UTC, by payments.",
      "refund succeeded 1 min after it began.",
    ]);
  });
});

describe("one more thing to say", () => {
  test.each<[string, Told, string]>([
    [
      "what comes next",
      stories.underWay,
      "Next should come `packed`, by 10:02:11 UTC; it is with fulfilment-team.",
    ],
    [
      "a message delivered twice",
      stories.duplicate,
      "fulfilment got the same message a second time (`process order.paid`), 12.0 s after the first.",
    ],
    ["a late fact", stories.late, "payments `capture card` arrived 2 h late."],
    ["a shared package", stories.shared, "The package PKG-1 is shared with ORD-7 and ORD-9."],
    [
      "a batch",
      stories.shared,
      "fulfilment handled it at 10:02:03 UTC as one line of a batch of 200 messages.",
    ],
    [
      "an old message version",
      stories.oldContract,
      "order.placed was sent in v1 by orders, deprecated since 2026-09-01 and will be gone on 2027-01-01; checkout-team owns it.",
    ],
    [
      "a second try, too late",
      stories.recovered,
      "create-order succeeded 16 min after it began, without `gift-wrapped`. It recovered: an earlier attempt had failed. That is 1 min too late to count as a success.",
    ],
    [
      "facts without a journey",
      stories.unknown,
      "2 facts from 2026-11-23 at 10:02:03 UTC to 10:03:33 UTC came from search and audit.",
    ],
    [
      "a new home",
      stories.moved,
      "Correlation id c-42 turned out to belong to `ORD-42` (order.id); everything known is told there.",
    ],
  ])("%s", (_, told, wanted) => {
    expect(story(told)).toContain(wanted);
  });

  test.each<[string, Told]>([
    ["ORD-42 is under way: `packed` is next, due by 10:02:11 UTC (fulfilment-team).", stories.underWay],
    ["ORD-42 was shipped 16 min after it was placed, too late.", stories.recovered],
    ["ORD-42 is known from 2 facts, but no journey matches it.", stories.unknown],
    ["Correlation id c-42 belongs to ORD-42: look there.", stories.moved],
  ])("headline: %s", (wanted, told) => {
    expect(headline(told)).toBe(wanted);
  });

  test("an order is stuck as soon as its next step is overdue, long before its own deadline", () => {
    const told = tell([PARTS.PLACED, PARTS.PAID], { askedAt: 20_000 });
    expect(told.journeys[0]?.state).toBe("open");
    expect(headline(told)).toBe("ORD-42 is stuck: `packed` is overdue since 10:02:11 UTC (fulfilment-team).");
  });

  test("an id without letters is given its noun", () => {
    const told = tell([PARTS.PLACED, PARTS.SHIPPED], { subject: { kind: "order.id", id: "42" } });
    expect(headline(told)).toBe("Order 42 was shipped 3.2 s after it was placed.");
  });
});

describe("a span of time", () => {
  const failing = { status: "error" as const, message: "connection refused" };
  const long = { service: "web", name: "page", at: 0, took: 9_000 };
  const short = { service: "web", name: "page", at: 2_000, took: 1_000 };

  test("of facts ends with what ended last, not with what began last", () => {
    expect(story(tell([long, short]))).toEqual([
      "2 facts from 2026-11-23 at 10:02:03 UTC to 10:02:12 UTC came from web.",
    ]);
  });

  test("of facts is none when a clock jumped back before their begin", () => {
    expect(
      story(
        tell([
          { ...short, took: -9_000 },
          { ...short, took: -9_000 },
        ]),
      )[0],
    ).toContain("from 2026-11-23 at 10:02:05 UTC to 10:02:05 UTC");
  });

  test("of errors goes forward too", () => {
    const told = tell([long, short].map((each) => ({ ...each, with: failing })));
    expect(story(told)).toContain(
      "web failed in `page`, 2 times from 10:02:06 UTC to 10:02:12 UTC: connection refused.",
    );
  });
});

describe("errors", () => {
  const failing = { status: "error" as const, message: "connection refused" };

  test("an error is told where it arose, with whom it reached, and once", () => {
    const told = tell([
      { service: "web", name: "page", at: 0, took: 30, with: failing },
      {
        service: "orders",
        name: "save",
        at: 1,
        took: 20,
        with: { ...failing, parentId: "0000000000000001" },
      },
      {
        service: "stock",
        name: "reserve",
        at: 2,
        took: 9,
        with: { ...failing, parentId: "0000000000000002" },
      },
    ]);
    expect(story(told)).toContain(
      "stock failed in `reserve`, at 10:02:03 UTC: connection refused. The error reached orders and web.",
    );
    expect(
      story(told)
        .join(" ")
        .match(/connection refused/g),
    ).toHaveLength(1);
  });

  test("why a journey failed is not said again by those who were told so", () => {
    const refused = { status: "error" as const, message: "card declined" };
    const told = tell([
      PARTS.PLACED,
      { ...PARTS.PAID, with: refused },
      { service: "orders", name: "POST", at: 20, took: 120, with: refused },
      {
        service: "orders",
        name: "order.rejected",
        at: 130,
        with: { ...refused, message: "payment_declined" },
      },
    ]);
    expect(story(told).filter((line) => /declined/.test(line))).toEqual([
      "`paid` failed in payments at 10:02:03 UTC: card declined.",
    ]);
  });

  test("the same error three times is one sentence", () => {
    const told = tell(
      [0, 60_000, 120_000].map((at) => ({ service: "stock", name: "reserve", at, took: 9, with: failing })),
    );
    expect(story(told)).toContain(
      "stock failed in `reserve`, 3 times from 10:02:03 UTC to 10:04:03 UTC: connection refused.",
    );
  });

  test("many facts that are late are one sentence", () => {
    const late = { receivedNs: tell([]).asOfNs * 1n };
    const told = tell([
      { service: "orders", name: "a", at: 0, with: late },
      { service: "web", name: "b", at: 0, with: late },
    ]);
    const gaps = told.members.map(({ hop }) => ({ kind: "late" as const, text: "late", hopId: hop.id }));
    expect(story({ ...told, gaps })).toContain(
      "2 facts from orders and web arrived late, up to 1 h after they happened.",
    );
  });
});

describe("what a story never says", () => {
  test("attribute values and structured bodies", () => {
    const secret = "4111-1111";
    const attributes = new Map([["card.number", secret]]);
    const told = tell([
      { ...PARTS.PLACED, with: { attributes, body: JSON.stringify({ card: secret }) } },
      {
        service: "orders",
        name: "order.rejected",
        at: 9,
        with: { status: "error", body: `{"card":"${secret}"}`, attributes },
      },
    ]);
    expect(text(told)).not.toContain(secret);
  });

  test("a name cannot forge a line or turn the text around", () => {
    const told = tell([
      { ...PARTS.PAID, with: { service: "evil\n\nORD-42 is fine\u202e\u001b[2J" } },
      PARTS.PLACED,
      {
        service: "x`y",
        name: "a`b\nc",
        at: 3,
        took: 1,
        with: { status: "error" },
      },
    ]);
    expect(text(told)).not.toMatch(/^ORD-42 is fine/m);
    expect(text(told)).not.toMatch(/[\u202e\u001b]/);
    expect(text(told)).toContain("`a'b c`");
  });
});
