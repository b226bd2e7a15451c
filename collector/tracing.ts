/**
 * Tracing: Waybill's own spans, as whoever makes them sees them: a name, some attributes, and the work they are about.
 *
 *   receiver, pipeline, API → [tracing] → own_traces.ts, when somebody wants them
 *
 * One span per request, flush and question, none per hop. Off, it costs a call.
 */
import type { IncomingHttpHeaders } from "node:http";

/** What attributes may be. */
export type Attributes = Readonly<Record<string, string | number>>;

/** What a span begins with. */
export interface Begun {
  readonly name: string;
  /** a request that somebody sent us, or work of our own */
  readonly kind: "server" | "internal";
  readonly attributes: Attributes;
  /** W3C trace context of whoever asked. @default nobody: a trace of its own */
  readonly traceparent?: string | undefined;
}

/** A span while its work goes on. */
export interface Going {
  /** Adds what is known only now. */
  readonly set: (attributes: Attributes) => void;
  /** It went wrong on our side, though nothing was thrown. */
  readonly fail: (why: string) => void;
}

/** The way to make spans. */
export interface Tracing {
  /** Does the work and tells how long it took; what it throws is noted and thrown on. */
  readonly span: <T>(begun: Begun, work: (going: Going) => Promise<T>) => Promise<T>;
  /** Has to be shown the mark of each own export that comes in: it may be ours. */
  readonly cameBack: (mark: string) => void;
}

/** On every export of a Waybill's own spans: the id of the process. Who sees it makes no span about it. */
export const OWN_EXPORT_HEADER = "waybill-own-traces";

/** The mark of a request that brings a Waybill's own spans, null on all others. To trace it would never end. */
export function ownExportMark(headers: IncomingHttpHeaders): string | null {
  const mark = headers[OWN_EXPORT_HEADER];
  return mark === undefined ? null : String(mark);
}

/** A span that nobody wants. */
export const NO_SPAN: Going = { set: () => undefined, fail: () => undefined };

/** Makes none. */
export const NO_TRACING: Tracing = { span: (_begun, work) => work(NO_SPAN), cameBack: () => undefined };
