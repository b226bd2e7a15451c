/** Messages that brokers put aside, in the words of each broker, and what they do to the answer. */
import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { renderStory } from "../../query/story.ts";
import { DEFINITIONS, PARTS, type Seen, tell } from "./shop.ts";

const { PLACED, PAID } = PARTS;

function story(...seen: readonly Seen[]) {
  return renderStory(tell(seen, { askedAt: 3_600_000 }), DEFINITIONS);
}

function span(attributes: Readonly<Record<string, string>>, more: Partial<Hop> = {}): Seen {
  const withAll = { ...more, attributes: new Map(Object.entries(attributes)) };
  return { service: "packer", name: "step", at: 500, took: 2, with: withAll };
}

const PUT_ASIDE: readonly (readonly [string, Seen])[] = [
  ["a send to *.dlq", span({ "messaging.destination.name": "orders.dlq" }, { spanKind: "producer" })],
  [
    "a send of kind client",
    span({ "messaging.destination": "orders-DLQ", "messaging.operation": "publish" }, { spanKind: "client" }),
  ],
  [
    "a Kafka dead-letter topic",
    span({ "messaging.destination.name": "orders.DLT" }, { spanKind: "producer" }),
  ],
  [
    "a dead-letter exchange",
    span({ "messaging.destination.name": "shop.dead-letter" }, { spanKind: "producer" }),
  ],
  [
    "a settle that dead-letters",
    span(
      { "messaging.operation.type": "settle", "messaging.operation.name": "dead_letter" },
      { spanKind: "client" },
    ),
  ],
  [
    "a disposition of Service Bus",
    span(
      { "messaging.operation.type": "settle", "messaging.servicebus.disposition_status": "dead_letter" },
      { spanKind: "client" },
    ),
  ],
  ["an event of that name", { service: "packer", name: "message.dead_lettered", at: 500 }],
  [
    "a CloudEvent of that type",
    { service: "packer", name: "com.shop.dead_letter", at: 500, with: { kind: "cloudevent" } },
  ],
];

describe.each(PUT_ASIDE)("%s", (_what, seen) => {
  test("is a sentence of its own, and the headline says that the order waits in vain", () => {
    const { headline, story: sentences } = story(PLACED, PAID, seen);
    expect(sentences.join("\n")).toContain(
      "packer gave up on a message and dead-lettered it at 10:02:03 UTC",
    );
    expect(headline).toBe(
      "ORD-42 is stuck: `packed` is overdue since 10:02:11 UTC (fulfilment-team), because packer dead-lettered its message.",
    );
  });
});

const TAKEN_UP: readonly (readonly [string, Seen])[] = [
  [
    "RabbitMQ's x-death header",
    span({ "messaging.header.x-death": '[{"queue":"orders"}]' }, { spanKind: "consumer" }),
  ],
  [
    "work on a dead-letter queue",
    span({ "messaging.destination.name": "orders.dlq" }, { spanKind: "consumer" }),
  ],
];

describe.each(TAKEN_UP)("%s", (_what, seen) => {
  test("is somebody who took the message up again, so the order is not said to wait for it", () => {
    const { headline, story: sentences } = story(
      PLACED,
      PAID,
      { ...(PUT_ASIDE[0]?.[1] ?? PLACED), at: 400 },
      seen,
    );
    expect(sentences.join("\n")).toContain("packer took up a message that had been dead-lettered before");
    expect(headline).not.toContain("because");
  });
});

test("a step that was reached afterwards needed no such message", () => {
  const { headline } = story(PLACED, { service: "packer", name: "message.dead_lettered", at: 1 }, PAID);
  expect(headline).not.toContain("dead-lettered");
});

test.each([
  ["an ordinary queue", span({ "messaging.destination.name": "orders.ready" }, { spanKind: "producer" })],
  [
    "a word that only holds the letters",
    span({ "messaging.destination.name": "middletown" }, { spanKind: "producer" }),
  ],
  ["an empty x-death", span({ "messaging.header.x-death": "[]" }, { spanKind: "consumer" })],
] as const)("%s is nothing of the kind", (_what, seen) => {
  const { headline, story: sentences } = story(PLACED, PAID, seen);
  expect([headline, ...sentences].join("\n")).not.toContain("dead-lettered");
});
