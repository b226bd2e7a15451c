/**
 * Carriers: what connects hops without being a business id: messages and CloudEvents that caused others.
 *
 *   Hop → [carriers] → graph
 *
 * Pure. Old and new semantic-convention names are aliases (aliases.ts). Parents and links stand on the hop itself and
 * need no reading.
 */
import type { Attributes, Carrier } from "../collector/hop.ts";
import { firstOf, namesOf } from "./aliases.ts";

/** One message as a broker knows it: `destination` and `id` joined, so that equal ids in two queues stay apart. */
export interface Messages {
  /** messages that this hop created or sent */
  readonly sent: readonly string[];
  /** messages that this hop received or processed, those named on its links included */
  readonly received: readonly string[];
}

/** Of a hop that names none. */
export const NO_MESSAGES: Messages = { sent: [], received: [] };

/** The CloudEvent identity and causation of a hop. */
export interface Causation {
  readonly eventId: string;
  readonly causationId: string;
  readonly correlationId: string;
}

const SENDING = new Set(["create", "send", "publish"]);
const RECEIVING = new Set(["receive", "process", "deliver", "settle"]);

const MESSAGE_ID = namesOf("messaging.message.id");
const DESTINATION = namesOf("messaging.destination.name");
const OPERATION = namesOf("messaging.operation.type");
const OFFSET = namesOf("kafka.offset");
const PARTITION = namesOf("messaging.destination.partition.id");
const ROUTING_KEY = namesOf("rabbitmq.destination.routing_key");

/** A hop with none of these attributes, on itself or its links, names no message. */
export const MESSAGE_NAMES: ReadonlySet<string> = new Set([...MESSAGE_ID, ...OFFSET]);

/** All attributes that say which message a span has to do with, and how. */
export const CARRIER_NAMES: ReadonlySet<string> = new Set(
  [MESSAGE_ID, DESTINATION, OPERATION, OFFSET, PARTITION, ROUTING_KEY].flat(),
);

/** The messages that a span sent or received. */
export function messagesOf(hop: Carrier): Messages {
  if (hop.kind !== "span") return NO_MESSAGES;
  const all: string[] = [];
  addMessages(all, hop.attributes, hop.attributes);
  for (const link of hop.links) addMessages(all, link.attributes, hop.attributes);
  if (all.length === 0) return NO_MESSAGES;
  if (isSending(hop)) return { sent: all, received: [] };
  return isReceiving(hop) ? { sent: [], received: all } : NO_MESSAGES;
}

/** Whether a span hands something to a broker, whether or not it says which message. */
export function isSending(hop: Carrier): boolean {
  if (hop.kind !== "span") return false;
  const operation = firstOf(hop.attributes, OPERATION) ?? "";
  return SENDING.has(operation) || (hop.spanKind === "producer" && !RECEIVING.has(operation));
}

/** The CloudEvent ids of a hop, or null when it is not a CloudEvent. */
export function causationOf(hop: Carrier): Causation | null {
  if (hop.kind !== "cloudevent") return null;
  return {
    eventId: hop.attributes.get("id") ?? "",
    causationId: hop.attributes.get("causationid") ?? "",
    correlationId: hop.attributes.get("correlationid") ?? "",
  };
}

function isReceiving(hop: Carrier): boolean {
  const operation = firstOf(hop.attributes, OPERATION) ?? "";
  return RECEIVING.has(operation) || hop.spanKind === "consumer";
}

/** The message that attributes name: by its id, or by where Kafka put it. A link names its own, its span where it was. */
function addMessages(all: string[], attributes: Attributes, span: Attributes): void {
  if (attributes.size === 0) return;
  const id = firstOf(attributes, MESSAGE_ID) ?? "";
  const offset = firstOf(attributes, OFFSET) ?? "";
  if (id === "" && offset === "") return;
  const destination = destinationIn(attributes) || destinationIn(span);
  const partition = firstOf(attributes, PARTITION) ?? firstOf(span, PARTITION) ?? "";
  // Joined, for it is kept: what a template makes stays two texts and a third that holds them.
  if (id !== "") all.push([destination, id].join("\n"));
  if (offset !== "" && partition !== "") all.push([destination, `${partition}/${offset}`].join("\n"));
}

/** Of RabbitMQ only exchange and routing key: a consumer's name has the queue behind them, its producer's does not. */
function destinationIn(attributes: Attributes): string {
  const name = firstOf(attributes, DESTINATION) ?? "";
  const key = firstOf(attributes, ROUTING_KEY) ?? "";
  const at = key === "" ? -1 : name.indexOf(`:${key}:`);
  return at < 0 ? name : name.slice(0, at + 1 + key.length);
}
