/**
 * Telemetry: whether and where Waybill reports its own spans, as the standard OTEL_* variables say.
 *
 *   OTEL_* → [telemetry] → own_traces.ts
 *
 * Pure. Off unless an address or an exporter is named. What it cannot do turns it off with a line that says why: a
 * shell that was set up for services that send here must not keep Waybill from starting.
 */

/** Where spans go, or that they go nowhere; `why` is a line for the log, null when nobody asked for them. */
export type Telemetry =
  | { readonly endpoint: string }
  | { readonly endpoint: null; readonly why: string | null };

const DEFAULT_ENDPOINT = "http://localhost:4318";

/** What is used where nothing is said about telemetry. */
export const NO_TELEMETRY: Telemetry = { endpoint: null, why: null };

/** Reads the variables of the OpenTelemetry specification. */
export function telemetryOf(env: Readonly<Record<string, string | undefined>>): Telemetry {
  const said = (name: string) => env[name]?.trim() || undefined;
  const exporter = said("OTEL_TRACES_EXPORTER");
  const base = said("OTEL_EXPORTER_OTLP_ENDPOINT");
  const own = said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  if (said("OTEL_SDK_DISABLED")?.toLowerCase() === "true" || exporter === "none") return NO_TELEMETRY;
  if (exporter === undefined && base === undefined && own === undefined) return NO_TELEMETRY;
  if (exporter !== undefined && exporter !== "otlp")
    return off("OTEL_TRACES_EXPORTER names an exporter that is not here; otlp and none are.");
  const protocol = said("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? said("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol !== undefined && !protocol.startsWith("http/"))
    return off("OTEL_EXPORTER_OTLP_PROTOCOL must be http/json or http/protobuf.");
  const endpoint = own ?? `${(base ?? DEFAULT_ENDPOINT).replace(/\/+$/, "")}/v1/traces`;
  if (URL.canParse(endpoint) && /^https?:/.test(endpoint)) return { endpoint };
  return off("OTEL_EXPORTER_OTLP_ENDPOINT is no http:// or https:// address.");
}

function off(why: string): Telemetry {
  return { endpoint: null, why: `Own traces are off: ${why}` };
}
