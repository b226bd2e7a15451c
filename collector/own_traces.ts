/**
 * Own traces: what Waybill does, as spans over OTLP/HTTP in JSON, to where the environment says.
 *
 *   Tracing → [own_traces] → SDK: sampler, batch, exporter → a Collector, another Waybill
 *
 * Never to itself: open_traces.ts refuses an address that is a door of this process; exports are marked so that no
 * Waybill makes a span about taking them in; when a mark of ours comes back by a way that no address shows, it ends.
 * Only loaded when somebody wants it. Sampler, headers, timeout and resource are the SDK's to read (OTEL_*).
 */
import { randomUUID } from "node:crypto";
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { setGlobalErrorHandler, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import {
  type Attributes,
  type Begun,
  type Going,
  NO_SPAN,
  OWN_EXPORT_HEADER,
  type Tracing,
} from "./tracing.ts";

/** Spans on their way out. */
export interface OwnTraces extends Tracing {
  /** Sends what waits and lets go. */
  readonly close: () => Promise<void>;
}

const TELL_MS = 60_000;
const EXPORT_MS = 5_000;

/** Starts exporting. */
export function openOwnTraces(endpoint: string, warn: (text: string) => void): OwnTraces {
  const mark = randomUUID();
  setGlobalErrorHandler(
    seldom((error) =>
      warn(`Own traces could not be sent: ${error instanceof Error ? error.message : error}`),
    ),
  );
  const exporter = new OTLPTraceExporter({
    url: endpoint,
    headers: { [OWN_EXPORT_HEADER]: mark },
    timeoutMillis: EXPORT_MS,
  });
  const named = resourceFromAttributes({ "service.name": "waybill" });
  const provider = new NodeTracerProvider({
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("waybill");
  let isOn = true;
  return {
    span: (begun, work) => (isOn ? traced(tracer, begun, work) : work(NO_SPAN)),
    cameBack: (seen) => {
      if (seen !== mark || !isOn) return;
      isOn = false;
      warn("Own traces are off: they came back to this process; send them to another one.");
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}

async function traced<T>(tracer: Tracer, begun: Begun, work: (going: Going) => Promise<T>): Promise<T> {
  const { name, kind, attributes, traceparent } = begun;
  const options = { kind: kind === "server" ? SpanKind.SERVER : SpanKind.INTERNAL, attributes };
  const span = tracer.startSpan(name, { ...options, attributes: { ...attributes } }, contextOf(traceparent));
  try {
    return await work({
      set: (more: Attributes) => void span.setAttributes({ ...more }),
      fail: (why) => void span.setStatus({ code: SpanStatusCode.ERROR, message: why }),
    });
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : "" });
    throw error;
  } finally {
    span.end();
  }
}

const W3C = new W3CTraceContextPropagator();

function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  const get = (carrier: Readonly<Record<string, string>>, key: string) => carrier[key];
  return W3C.extract(ROOT_CONTEXT, { traceparent }, { get, keys: Object.keys });
}

/** Not more than one a minute. */
function seldom<T>(tell: (what: T) => void): (what: T) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (what) => {
    if (performance.now() - toldMs < TELL_MS) return;
    toldMs = performance.now();
    tell(what);
  };
}
