import { describe, expect, test } from "vitest";
import type { Hop } from "../../collector/hop.ts";
import { attributeOf, namesOf, spellingsOf } from "../../ingest/aliases.ts";
import { messagesOf } from "../../ingest/carriers.ts";
import { fold } from "../../ingest/fold.ts";
import { keysOf } from "../../ingest/keys.ts";
import { matches } from "../../ingest/match.ts";
import { parseDefinitions } from "../../ingest/yaml.ts";
import { at, CREATE_ORDER, event, pattern, span } from "./build.ts";

const spanWith = (keys: Record<string, string>, spanKind: Hop["spanKind"] = "client") =>
  span({ trace: "t", id: "s", keys, spanKind });

describe("an attribute is found under the name of any generation", () => {
  test.each([
    ["messaging.system.name", "messaging.system", "kafka"],
    ["messaging.destination.name", "messaging.destination", "orders"],
    ["messaging.message.id", "messaging.message_id", "m1"],
    ["messaging.message.conversation_id", "messaging.conversation_id", "c1"],
    ["messaging.operation.type", "messaging.operation", "receive"],
    ["messaging.consumer.group.name", "messaging.kafka.consumer.group", "g"],
    ["messaging.consumer.group.name", "messaging.consumer_id", "g"],
    ["messaging.destination.partition.id", "messaging.kafka.destination.partition", "3"],
    ["messaging.destination.subscription.name", "messaging.servicebus.destination.subscription_name", "s"],
    ["kafka.offset", "messaging.kafka.message.offset", "17"],
    ["kafka.message.key", "messaging.kafka.message_key", "k"],
    ["kafka.message.tombstone", "messaging.kafka.message.tombstone", "true"],
    ["rabbitmq.destination.routing_key", "messaging.rabbitmq.routing_key", "r"],
    ["rocketmq.message.tag", "messaging.rocketmq.message.tag", "t"],
    ["messaging.client.id", "messaging.kafka.client_id", "c"],
    ["http.request.method", "http.method", "POST"],
    ["http.response.status_code", "http.status_code", "504"],
    ["url.full", "http.url", "https://shop/x"],
    ["url.scheme", "http.scheme", "https"],
    ["client.address", "http.client_ip", "10.0.0.1"],
    ["db.system.name", "db.system", "postgresql"],
    ["db.namespace", "db.name", "shop"],
    ["db.operation.name", "db.operation", "SELECT"],
    ["db.query.text", "db.statement", "SELECT 1"],
    ["db.collection.name", "db.mongodb.collection", "orders"],
    ["rpc.system.name", "rpc.system", "grpc"],
    ["rpc.status_code", "rpc.grpc.status_code", "14"],
    ["server.service.name", "peer.service", "payments"],
    ["client.service.name", "service.peer.name", "website"],
    ["deployment.environment.name", "deployment.environment", "prod"],
    ["error.type", "exception.type", "TimeoutError"],
  ])("%s and %s", (today, before, value) => {
    expect(attributeOf(spanWith({ [before]: value }), today)).toBe(value);
    expect(attributeOf(spanWith({ [today]: value }), before)).toBe(value);
    expect(attributeOf(spanWith({ [today]: value, [before]: "other" }), before)).toBe("other");
  });

  test("what was one is two now, and the other way round", () => {
    const old = spanWith({
      "http.target": "/orders?draft=1",
      "rpc.service": "shop.Orders",
      "rpc.method": "Create",
    });
    expect(attributeOf(old, "url.path")).toBe("/orders");
    expect(attributeOf(old, "url.query")).toBe("draft=1");
    expect(attributeOf(old, "rpc.method")).toBe("shop.Orders/Create");
    expect(attributeOf(spanWith({ "url.path": "/orders", "url.query": "draft=1" }), "http.target")).toBe(
      "/orders?draft=1",
    );
    expect(attributeOf(spanWith({ "rpc.method": "shop.Orders/Create" }), "rpc.method")).toBe(
      "shop.Orders/Create",
    );
  });

  test("the server's address is the peer of a client and the host of a server", () => {
    const both = { "net.peer.name": "db", "net.host.name": "shop" };
    expect(attributeOf(spanWith(both, "client"), "server.address")).toBe("db");
    expect(attributeOf(spanWith(both, "server"), "server.address")).toBe("shop");
  });

  test("a resource is looked at behind the hop's own attributes", () => {
    const hop = { ...spanWith({}), resource: new Map([["deployment.environment", "prod"]]) };
    expect(attributeOf(hop, "deployment.environment.name")).toBe("prod");
  });

  test("a name that nobody renamed has no other", () => {
    expect(namesOf("order.id")).toEqual(["order.id"]);
  });
});

test("a renamed value is matched in either spelling", () => {
  const matcher = (name: string, value: string) => [{ attributes: new Map([[name, pattern(value)]]) }];
  expect(
    matches(matcher("messaging.system.name", "aws.sqs"), spanWith({ "messaging.system": "aws_sqs" })),
  ).toBe(true);
  expect(
    matches(matcher("messaging.system", "aws_sqs"), spanWith({ "messaging.system.name": "aws.sqs" })),
  ).toBe(true);
  expect(
    matches(matcher("messaging.operation.type", "send"), spanWith({ "messaging.operation": "publish" })),
  ).toBe(true);
  expect(matches(matcher("http.status_code", "5*"), spanWith({ "http.response.status_code": "504" }))).toBe(
    true,
  );
  expect(matches(matcher("messaging.system", "kafka"), spanWith({ "messaging.system": "nats" }))).toBe(false);
  expect(spellingsOf("order.state", "publish")).toEqual(["publish"]);
});

test("a kind of key is found under the old and new name of its attribute", () => {
  const parsed = parseDefinitions(
    "keys: { correlation.id: { role: identifies, from: messaging.message.conversation_id } }\n" +
      "journeys: { j: { subject: correlation.id, owner: us, steps: { a: { event: a } } } }",
    "w.yaml",
  );
  if (!("definitions" in parsed)) throw new Error("it is fine");
  for (const name of ["messaging.message.conversation_id", "messaging.conversation_id"])
    expect([...keysOf(spanWith({ [name]: "c-7" }), parsed.definitions.keys)]).toEqual([
      ["correlation.id", ["c-7"]],
    ]);
});

test("a kind without `from` is found under the usual spellings of its name", () => {
  const parsed = parseDefinitions(
    "keys: { order.id: { role: identifies }, package.id: { role: shared, many: true } }\n" +
      "journeys: { j: { subject: order.id, owner: us, steps: { a: { event: a } } } }",
    "w.yaml",
  );
  if (!("definitions" in parsed)) throw new Error("it is fine");
  for (const name of ["order.id", "order_id", "orderId", "app.order.id", "demo.order.id"])
    expect(keysOf(spanWith({ [name]: "A" }), parsed.definitions.keys).get("order.id")).toEqual(["A"]);
  expect(keysOf(spanWith({ packageId: "P" }), parsed.definitions.keys).get("package.id")).toEqual(["P"]);
});

describe("one message has one name on both of its sides", () => {
  const sent = (keys: Record<string, string>) =>
    messagesOf(spanWith({ "messaging.operation": "publish", ...keys })).sent;
  const received = (keys: Record<string, string>) =>
    messagesOf(spanWith({ "messaging.operation.type": "process", ...keys })).received;

  test("whatever generation names its id and its queue", () => {
    expect(sent({ "messaging.message_id": "m1", "messaging.destination": "orders" })).toEqual(
      received({ "messaging.message.id": "m1", "messaging.destination.name": "orders" }),
    );
  });

  test("of Kafka it is the topic, the partition and the offset", () => {
    expect(
      sent({
        "messaging.destination": "orders",
        "messaging.kafka.destination.partition": "3",
        "messaging.kafka.message.offset": "17",
      }),
    ).toEqual(
      received({
        "messaging.destination.name": "orders",
        "messaging.destination.partition.id": "3",
        "kafka.offset": "17",
      }),
    );
  });

  test("of RabbitMQ the queue behind the routing key does not count", () => {
    const key = { "messaging.rabbitmq.destination.routing_key": "placed", "messaging.message.id": "m1" };
    expect(sent({ ...key, "messaging.destination.name": "shop:placed" })).toEqual(
      received({ ...key, "messaging.destination.name": "shop:placed:warehouse" }),
    );
  });

  test("a link that has no context may still name it", () => {
    const hop = spanWith({ "messaging.operation.type": "receive", "messaging.destination.name": "orders" });
    const link = { traceId: "", spanId: "", attributes: new Map([["messaging.message.id", "m1"]]) };
    expect(messagesOf({ ...hop, links: [link] }).received).toEqual(
      sent({ "messaging.message.id": "m1", "messaging.destination.name": "orders" }),
    );
  });
});

test("what programs write when they have no id is no id", () => {
  for (const value of ["null", "NULL", "undefined", "unknown", "None", "n/a", "-", "NaN", " ", ""]) {
    const hop = event({ name: "x", keys: { "order.id": value } });
    expect([
      ...keysOf(hop, [
        {
          kind: "order.id",
          role: "identifies",
          many: false,
          from: [{ kind: "attribute", name: "order.id" }],
        },
      ]),
    ]).toEqual([]);
  }
});

test("a tag is found under any name of its attribute, on a hop or on its resource", () => {
  const hop = { ...event({ name: "placed" }), resource: new Map([["deployment.environment", "prod"]]) };
  const tags = new Map([["env", ["deployment.environment.name"]]]);
  const journey = fold(
    { definition: CREATE_ORDER, subject: { kind: "order.id", id: "A" }, hops: [hop], tags },
    at(0),
  );
  expect(journey?.tags.get("env")).toBe("prod");
});
