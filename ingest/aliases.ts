/**
 * Aliases: one attribute, many names. Instrumentations of every generation of the semantic conventions send at once.
 *
 *   Hop → [aliases] → keys, carriers, match, fold
 *
 * Pure. What was sent is stored as it was sent; only looking it up goes through this table, so whoever writes
 * `waybill.yaml` may use any generation's name. The name asked for comes first, then today's, then the older ones.
 *
 * @see https://github.com/open-telemetry/semantic-conventions (schemas, model/…/deprecated), 1.17 to 1.45
 */
import type { Attributes, Hop } from "../collector/hop.ts";

/** Today's name first, then what came before it. */
const GENERATIONS: readonly (readonly string[])[] = [
  ["messaging.system.name", "messaging.system"],
  ["messaging.destination.name", "messaging.destination"],
  ["messaging.message.id", "messaging.message_id"],
  ["messaging.message.conversation_id", "messaging.conversation_id"],
  ["messaging.operation.type", "messaging.operation"],
  [
    "messaging.consumer.group.name",
    "messaging.kafka.consumer.group",
    "messaging.kafka.consumer_group",
    "messaging.eventhubs.consumer.group",
    "messaging.rocketmq.client_group",
    "messaging.consumer_id",
  ],
  [
    "messaging.destination.partition.id",
    "messaging.kafka.destination.partition",
    "messaging.kafka.partition",
  ],
  ["messaging.destination.subscription.name", "messaging.servicebus.destination.subscription_name"],
  ["messaging.client.id", "messaging.client_id", "messaging.kafka.client_id"],
  ["kafka.offset", "messaging.kafka.offset", "messaging.kafka.message.offset"],
  ["kafka.message.key", "messaging.kafka.message.key", "messaging.kafka.message_key"],
  [
    "rabbitmq.destination.routing_key",
    "messaging.rabbitmq.destination.routing_key",
    "messaging.rabbitmq.routing_key",
  ],
  ["http.request.method", "http.method"],
  ["http.response.status_code", "http.status_code"],
  ["url.full", "http.url"],
  ["url.scheme", "http.scheme"],
  ["client.address", "http.client_ip"],
  ["db.system.name", "db.system"],
  ["db.namespace", "db.name"],
  ["db.operation.name", "db.operation"],
  ["db.query.text", "db.statement"],
  ["db.collection.name", "db.sql.table", "db.mongodb.collection", "db.cassandra.table"],
  ["rpc.system.name", "rpc.system"],
  ["rpc.status_code", "rpc.response.status_code", "rpc.grpc.status_code"],
  ["server.service.name", "service.peer.name", "peer.service"],
  ["client.service.name", "service.peer.name", "peer.service"],
  ["deployment.environment.name", "deployment.environment"],
  ["error.type", "exception.type"],
  ["aws.request_id", "aws.request.id"],
];

/** Namespaces that moved out from under `messaging.` as a whole. */
const MOVED: readonly (readonly [today: string, before: string])[] = [
  ["kafka.", "messaging.kafka."],
  ["rabbitmq.", "messaging.rabbitmq."],
  ["rocketmq.", "messaging.rocketmq."],
  ["azure.servicebus.", "messaging.servicebus."],
  ["azure.eventhubs.", "messaging.eventhubs."],
  ["gcp.pubsub.", "messaging.gcp_pubsub."],
];

/** Values that were renamed with their attribute; today's word first. */
const RENAMED_VALUES: ReadonlyMap<string, readonly (readonly [today: string, before: string])[]> = new Map([
  [
    "messaging.system.name",
    [
      ["aws.sqs", "aws_sqs"],
      ["azure.servicebus", "servicebus"],
      ["azure.eventhubs", "eventhubs"],
      ["azure.eventgrid", "eventgrid"],
      ["gcp.pubsub", "gcp_pubsub"],
    ],
  ],
  [
    "messaging.operation.type",
    [
      ["send", "publish"],
      ["process", "deliver"],
    ],
  ],
]);

const known = new Map<string, readonly string[]>();

/** Every name under which an attribute may have been sent, the given one first. */
export function namesOf(name: string): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  const groups = GENERATIONS.filter((group) => group.includes(name));
  const moved = MOVED.flatMap(([today, old]) => [renamed(name, today, old), renamed(name, old, today)]);
  const names = [...new Set([name, ...groups.flat(), ...moved.filter((other) => other !== null)])];
  known.set(name, names);
  return names;
}

function renamed(name: string, from: string, to: string): string | null {
  return name.startsWith(from) ? to + name.slice(from.length) : null;
}

/** Attributes that are put together from others. */
const COMPOSED: ReadonlySet<string> = new Set([
  "url.path",
  "url.query",
  "http.target",
  "server.address",
  "server.port",
  "net.peer.name",
  "net.peer.port",
  "net.host.name",
  "net.host.port",
  "rpc.service",
  "rpc.method",
]);

/** Every name that has a part in what `attributeOf` finds under a name. */
export function sourcesOf(name: string): readonly string[] {
  return COMPOSED.has(name) ? [...namesOf(name), ...COMPOSED] : namesOf(name);
}

/** The first of the names that is there. */
export function firstOf(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What a hop says under an attribute's name, whatever it calls it; its own attributes before its resource's. */
export function attributeOf(hop: Hop, name: string): string | undefined {
  return readIn(hop.attributes, hop, name) ?? readIn(hop.resource, hop, name);
}

/** The value in today's words and in those before, for an attribute whose values were renamed; else only itself. */
export function spellingsOf(name: string, value: string): readonly string[] {
  const [, pairs = []] = [...RENAMED_VALUES].find(([today]) => namesOf(today).includes(name)) ?? [];
  const pair = pairs.find((both) => both.includes(value));
  return pair ?? [value];
}

function readIn(attributes: Attributes, hop: Hop, name: string): string | undefined {
  if (attributes.size === 0) return undefined;
  const sent = firstOf(attributes, namesOf(name));
  // An older method name is short, and its service stands beside it.
  const isWhole = sent !== undefined && (name !== "rpc.method" || sent.includes("/"));
  return isWhole ? sent : (composed(attributes, hop, name) ?? sent);
}

/** Names that were split, joined, or named after the side of the call. */
function composed(attributes: Attributes, hop: Hop, name: string): string | undefined {
  const side = hop.spanKind === "server" || hop.spanKind === "consumer" ? "host" : "peer";
  switch (name) {
    case "url.path":
      return attributes.get("http.target")?.split("?", 1)[0];
    case "url.query":
      return /\?(.*)$/s.exec(attributes.get("http.target") ?? "")?.[1];
    case "http.target":
      return targetOf(attributes);
    case "server.address":
      return attributes.get(`net.${side}.name`);
    case "server.port":
      return attributes.get(`net.${side}.port`);
    case "net.peer.name":
    case "net.host.name":
      return name === `net.${side}.name` ? attributes.get("server.address") : undefined;
    case "rpc.method":
      return attributes.has("rpc.service") && attributes.has("rpc.method")
        ? `${attributes.get("rpc.service")}/${attributes.get("rpc.method")}`
        : undefined;
    default:
      return undefined;
  }
}

function targetOf(attributes: Attributes): string | undefined {
  const path = attributes.get("url.path");
  const query = attributes.get("url.query");
  return path === undefined || query === undefined || query === "" ? path : `${path}?${query}`;
}
