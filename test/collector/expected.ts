/**
 * Expected: what a request has to decode to, told slowly and plainly from the objects that protobufjs reads.
 *
 * Shares no line with the decoders. Leaves out what only we know: identity hashes and digests.
 */
import type { DecodedHop } from "./decoded_hop.ts";
import { type Message, RECEIVED_MS } from "./otlp.ts";

/** A hop without the hashes. */
export type Told = Omit<DecodedHop, "digest" | "id">;

/** The hops of an export as protobufjs read it. */
export function expectedHops(signal: "traces" | "logs", request: Message): Told[] {
  const [outer, inner, records] =
    signal === "traces"
      ? ["resourceSpans", "scopeSpans", "spans"]
      : ["resourceLogs", "scopeLogs", "logRecords"];
  return many(request[outer]).flatMap((sender) =>
    many(sender[inner]).flatMap((scoped) =>
      many(scoped[records]).map((record) => ({
        ...(signal === "traces" ? spanOf(record) : logOf(record)),
        ...senderOf(one(sender["resource"]), one(scoped["scope"])),
        receivedNs: BigInt(RECEIVED_MS) * 1_000_000n,
      })),
    ),
  );
}

function one(value: unknown): Message {
  return (value ?? {}) as Message; // protobufjs gives objects for messages
}

function many(value: unknown): Message[] {
  return (value ?? []) as Message[]; // and arrays for repeated ones
}

function senderOf(resource: Message, scope: Message) {
  const attributes = mapOf(resource["attributes"]);
  return {
    service: attributes.get("service.name") || "unknown_service",
    resource: attributes,
    scopeName: String(scope["name"] ?? ""),
    scopeVersion: String(scope["version"] ?? ""),
  };
}

type Own = Omit<Told, "receivedNs" | "service" | "resource" | "scopeName" | "scopeVersion">;

const KINDS = ["internal", "internal", "server", "client", "producer", "consumer"] as const;
const STATUSES = ["unset", "ok", "error"] as const;

function spanOf(span: Message): Own {
  const status = one(span["status"]);
  const atNs = BigInt(String(span["startTimeUnixNano"]));
  return {
    kind: "span",
    atNs,
    endNs: BigInt(String(span["endTimeUnixNano"] ?? 0)) || atNs,
    name: String(span["name"] ?? ""),
    spanKind: KINDS[Number(span["kind"] ?? 0)] ?? "internal",
    status: STATUSES[Number(status["code"] ?? 0)] ?? "unset",
    message: String(status["message"] ?? ""),
    body: "",
    severity: 0,
    traceId: hexOf(span["traceId"]),
    spanId: hexOf(span["spanId"]),
    parentId: hexOf(span["parentSpanId"]),
    traceState: String(span["traceState"] ?? ""),
    attributes: mapOf(span["attributes"]),
    links: many(span["links"]).map((link) => ({
      traceId: hexOf(link["traceId"]),
      spanId: hexOf(link["spanId"]),
      attributes: mapOf(link["attributes"]),
    })),
    events: many(span["events"]).map((event) => ({
      atNs: BigInt(String(event["timeUnixNano"])),
      name: String(event["name"] ?? ""),
      attributes: mapOf(event["attributes"]),
    })),
    droppedLinks: Number(span["droppedLinksCount"] ?? 0),
    droppedEvents: Number(span["droppedEventsCount"] ?? 0),
    droppedAttributes: Number(span["droppedAttributesCount"] ?? 0),
  };
}

function logOf(log: Message): Own {
  const given = Number(log["severityNumber"] ?? 0);
  const severity = given <= 24 ? given : 0;
  const attributes = mapOf(log["attributes"]);
  const atNs = BigInt(String(log["timeUnixNano"]));
  const traceId = hexOf(log["traceId"]);
  return {
    kind: "log",
    atNs,
    endNs: atNs,
    name: String(log["eventName"] || attributes.get("otel.event.name") || attributes.get("event.name") || ""),
    spanKind: "internal",
    status: severity >= 17 ? "error" : "unset",
    message: "",
    body: log["body"] === undefined ? "" : textOf(one(log["body"])),
    severity,
    traceId,
    spanId: traceId === "" ? "" : hexOf(log["spanId"]),
    parentId: "",
    traceState: "",
    attributes,
    links: [],
    events: [],
    droppedLinks: 0,
    droppedEvents: 0,
    droppedAttributes: Number(log["droppedAttributesCount"] ?? 0),
  };
}

function hexOf(id: unknown): string {
  return Buffer.isBuffer(id) ? id.toString("hex") : "";
}

function mapOf(attributes: unknown): Map<string, string> {
  return new Map(many(attributes).map((entry) => [String(entry["key"] ?? ""), textOf(one(entry["value"]))]));
}

function textOf(value: Message): string {
  const [name, inner] = Object.entries(value)[0] ?? [];
  if (name === undefined) return "";
  if (name === "arrayValue" || name === "kvlistValue") return jsonOf(value);
  return Buffer.isBuffer(inner) ? inner.toString("base64") : String(inner);
}

function jsonOf(value: Message): string {
  const [name, inner] = Object.entries(value)[0] ?? [];
  if (name === undefined) return "null";
  if (name === "arrayValue") return `[${many(one(inner)["values"]).map(jsonOf)}]`;
  if (name === "kvlistValue")
    return `{${many(one(inner)["values"]).map((entry) => `${JSON.stringify(entry["key"] ?? "")}:${jsonOf(one(entry["value"]))}`)}}`;
  const isBare =
    name === "intValue" || name === "boolValue" || (name === "doubleValue" && Number.isFinite(inner));
  return isBare ? textOf(value) : JSON.stringify(textOf(value));
}
