/**
 * Propagation: how context travels between the services, in W3C headers of requests and messages.
 */
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";

const w3c = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** The headers that carry a context: `traceparent` and `baggage`. */
export function headersOf(context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  w3c.inject(context, headers, defaultTextMapSetter);
  return headers;
}

/** The context that headers carry. */
export function contextOf(headers: Readonly<Record<string, string>>): Context {
  return w3c.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

/** A context outside any trace that carries a correlation id as baggage. */
export function contextWithCorrelation(id: string): Context {
  return propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ "correlation.id": { value: id } }));
}
