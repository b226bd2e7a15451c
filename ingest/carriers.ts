/**
 * Carriers: what connects hops without being a business id: messages and CloudEvents that caused others.
 *
 *   Hop → [carriers] → graph
 *
 * Pure. Old and new semantic-convention names are aliases: the messaging conventions are still in development and
 * instrumentations emit every generation of them. Parents and links stand on the hop itself and need no reading.
 */
import type { Attributes, Hop } from "../collector/hop.ts";

/** One message as a broker knows it: `destination` and `id` joined, so that equal ids in two queues stay apart. */
export interface Messages {
  /** messages that this hop created or sent */
  readonly sent: readonly string[];
  /** messages that this hop received or processed, those named on its links included */
  readonly received: readonly string[];
}

/** The CloudEvent identity and causation of a hop. */
export interface Causation {
  readonly eventId: string;
  readonly causationId: string;
  readonly correlationId: string;
}

const NONE: Messages = { sent: [], received: [] };
const SENDING = new Set(["create", "send", "publish"]);
const RECEIVING = new Set(["receive", "process", "deliver", "settle"]);

/** The messages that a span sent or received. */
export function messagesOf(hop: Hop): Messages {
  if (hop.kind !== "span") return NONE;
  const own = messageIn(hop.attributes, destinationIn(hop.attributes));
  const linked = hop.links.flatMap((link) => {
    const id = messageIn(link.attributes, destinationIn(link.attributes) || destinationIn(hop.attributes));
    return id === null ? [] : [id];
  });
  if (own === null && linked.length === 0) return NONE;
  const all = own === null ? linked : [own, ...linked];
  return isSending(hop) ? { sent: all, received: [] } : isReceiving(hop) ? { sent: [], received: all } : NONE;
}

/** The CloudEvent ids of a hop, or null when it is not a CloudEvent. */
export function causationOf(hop: Hop): Causation | null {
  if (hop.kind !== "cloudevent") return null;
  return {
    eventId: hop.attributes.get("id") ?? "",
    causationId: hop.attributes.get("causationid") ?? "",
    correlationId: hop.attributes.get("correlationid") ?? "",
  };
}

function isSending(hop: Hop): boolean {
  const operation = operationIn(hop.attributes);
  return operation === null ? hop.spanKind === "producer" : SENDING.has(operation);
}

function isReceiving(hop: Hop): boolean {
  const operation = operationIn(hop.attributes);
  return operation === null ? hop.spanKind === "consumer" : RECEIVING.has(operation);
}

function operationIn(attributes: Attributes): string | null {
  return attributes.get("messaging.operation.type") ?? attributes.get("messaging.operation") ?? null;
}

function destinationIn(attributes: Attributes): string {
  return attributes.get("messaging.destination.name") ?? attributes.get("messaging.destination") ?? "";
}

function messageIn(attributes: Attributes, destination: string): string | null {
  const id = attributes.get("messaging.message.id") ?? attributes.get("messaging.message_id");
  return id === undefined || id === "" ? null : `${destination}\n${id}`;
}
