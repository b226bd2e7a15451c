/**
 * Door: which address a request came to, and whether it may come in there.
 *
 *   request line + headers → [door] → body
 *
 * Pure, and done before the first byte of a body is read. Any prefix is taken before `/v1/…`, because senders are
 * pointed at `http://host:4318/some/prefix`.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "../errors.ts";
import type { ExportSignal } from "./status.ts";

/** An address of the receiver. */
export type Door = ExportSignal | "events" | "livez" | "readyz";

/** What a gRPC client is told. */
export const USE_HTTP =
  "This is OTLP over HTTP; use http/protobuf on port 4318 (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf), " +
  "or put an OpenTelemetry Collector in front for gRPC.";
const USE_OTLP = "Send application/x-protobuf or application/json.";
const USE_CLOUDEVENTS =
  "Send application/cloudevents+json, application/cloudevents-batch+json, or any type with ce-* headers.";

/** The door behind a request target; `null` when there is none. */
export function doorOf(target: string): Door | null {
  const path = target.split("?", 1)[0] ?? "";
  const [, health, signal] =
    /^\/(livez|readyz)$|^(?:\/[\w.~-]+)*\/v1\/(traces|logs|metrics|events)\/?$/.exec(path) ?? [];
  return (health ?? signal ?? null) as Door | null; // the pattern captures only names of doors
}

/** The methods a door answers to, for `Allow`. */
export function methodsOf(door: Door): readonly string[] {
  if (door === "livez" || door === "readyz") return ["GET", "HEAD"];
  return ["POST"];
}

/** A media type without its parameters, in lower case: `application/json` of `Application/JSON; charset=utf-8`. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/**
 * What a body is packed with, in lower case; "" for nothing. `x-gzip` is an old name of gzip.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3
 */
export function codingOf(contentEncoding: string | undefined): string {
  const coding = (contentEncoding ?? "").trim().toLowerCase();
  if (coding === "identity") return "";
  return coding === "x-gzip" ? "gzip" : coding;
}

/**
 * Refuses a body that nobody here could read.
 *
 * @throws {Failure} `media_type`
 */
export function checkMedia(door: ExportSignal | "events", headers: IncomingHttpHeaders): void {
  const mediaType = mediaTypeOf(headers["content-type"]);
  const coding = codingOf(headers["content-encoding"]);
  if (mediaType.startsWith("application/grpc")) throw new Failure("media_type", USE_HTTP);
  if (door === "events" && !isCloudEvent(mediaType, headers))
    throw new Failure("media_type", USE_CLOUDEVENTS);
  if (door !== "events" && mediaType !== "application/x-protobuf" && mediaType !== "application/json")
    throw new Failure("media_type", USE_OTLP);
  if (coding !== "" && coding !== "gzip")
    throw new Failure("media_type", "Compress with gzip, or not at all.");
}

/** The headers that are part of a CloudEvent in binary mode. */
export function cloudEventHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && /^(?:ce-.+|traceparent|tracestate)$/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

function isCloudEvent(mediaType: string, headers: IncomingHttpHeaders): boolean {
  if (mediaType === "application/cloudevents+json" || mediaType === "application/cloudevents-batch+json")
    return true;
  return (
    !mediaType.startsWith("application/cloudevents") &&
    Object.keys(headers).some((name) => name.startsWith("ce-"))
  );
}
