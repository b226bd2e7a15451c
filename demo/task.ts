/**
 * Task: a piece of work in one service, with its own place on the clock and in the trace.
 *
 * Work takes virtual time: it moves `nowMs` on, and spans begin and end at those times. Context is handed on
 * by hand, as it is between processes; no ambient context exists here.
 */
import {
  type Attributes,
  type Context,
  type Link,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { type Logger, SeverityNumber } from "@opentelemetry/api-logs";
import type { Random } from "./seed.ts";
import type { Timeline } from "./timeline.ts";
import type { Fact, Purchase } from "./truth.ts";

/** The seven services of the shop. */
export type ServiceName =
  | "website"
  | "gateway"
  | "orders"
  | "payments"
  | "inventory"
  | "fulfilment"
  | "notifications";

/** One service with telemetry of its own. */
export interface Service {
  readonly name: ServiceName;
  readonly tracer: Tracer;
  readonly logger: Logger;
}

/** A message on a queue. */
export interface Message {
  readonly id: string;
  readonly queue: string;
  /** W3C trace context and baggage of the span that sent it */
  readonly headers: Readonly<Record<string, string>>;
  readonly purchase: Purchase;
  /** how often it was tried before, failures and lost acknowledgements together */
  readonly delivered: number;
}

/** Who works on the messages of a queue. */
export interface Subscriber {
  readonly service: ServiceName;
  /** how the work points back at the sender: a trace of its own with a link, or a child in the sender's trace */
  readonly cause: "link" | "parent";
  /** Works on one message; null when it is done, else what went wrong: it will be tried again later. */
  readonly receive: (task: Task, message: Message) => string | null;
}

/** A CloudEvent on its way out. */
export interface Letter {
  readonly from: ServiceName;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** how often it is posted; 2 where the sender did not hear the first answer */
  readonly copies: number;
}

/** The shop while a scenario plays. */
export interface Shop {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly subscribers: ReadonlyMap<string, Subscriber>;
  readonly timeline: Timeline;
  readonly random: Random;
  /** messages that wait for a batch */
  readonly waiting: Message[];
  readonly mail: (letter: Letter) => void;
  readonly note: (fact: Fact) => void;
}

/** A piece of work in one service. */
export interface Task {
  readonly shop: Shop;
  readonly service: Service;
  readonly context: Context;
  /** the requests it is about, by correlation id */
  readonly about: readonly string[];
  /** epoch milliseconds; moves forward as work is done */
  nowMs: number;
}

/** What a span starts with. */
export interface SpanStart {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: Link[];
}

/** Does work inside a span that begins now and ends when the work is done. */
export function inSpan<T>(task: Task, start: SpanStart, work: (inner: Task, span: Span) => T): T {
  const { name, ...options } = { kind: SpanKind.INTERNAL, ...start, startTime: task.nowMs };
  const span = task.service.tracer.startSpan(name, options, task.context);
  const inner: Task = { ...task, context: trace.setSpan(task.context, span) };
  const result = work(inner, span);
  span.end(inner.nowMs);
  const { traceId, spanId } = span.spanContext();
  const times = { atMs: task.nowMs, endMs: inner.nowMs };
  task.shop.note({
    kind: "span",
    service: task.service.name,
    name,
    id: traceId + spanId,
    ...times,
    detail: "",
    about: task.about,
  });
  task.nowMs = inner.nowMs;
  return result;
}

/** Marks a span as failed, with the exception as an event of the span. */
export function fail(
  task: Task,
  span: Span,
  error: { readonly type: string; readonly message: string },
): void {
  const { type, message } = error;
  span.addEvent("exception", { "exception.type": type, "exception.message": message }, task.nowMs);
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Writes a business event: a log record with an event name. */
export function emit(task: Task, eventName: string, attributes: Attributes): void {
  write(task, { eventName, attributes, body: "" });
}

/** Writes a plain log line. */
export function say(task: Task, body: string, attributes: Attributes = {}): void {
  write(task, { eventName: "", attributes, body });
}

/** The correlation id that came with the work as baggage, ready to be put on a span; nothing when none came. */
export function correlation(task: Task): Attributes {
  const id = propagation.getBaggage(task.context)?.getEntry("correlation.id")?.value;
  return id === undefined ? {} : { "correlation.id": id };
}

/** Lets virtual time pass: a whole number of milliseconds between the two. */
export function spend(task: Task, minMs: number, maxMs: number): void {
  task.nowMs += task.shop.random.between(minMs, maxMs);
}

interface Line {
  readonly eventName: string;
  readonly attributes: Attributes;
  readonly body: string;
}

function write(task: Task, line: Line): void {
  const failed = "error.type" in line.attributes;
  task.service.logger.emit({
    ...(line.eventName === "" ? { body: line.body } : { eventName: line.eventName }),
    attributes: line.attributes,
    severityNumber: failed ? SeverityNumber.ERROR : SeverityNumber.INFO,
    severityText: failed ? "ERROR" : "INFO",
    timestamp: task.nowMs,
    observedTimestamp: task.nowMs,
    context: task.context,
  });
  const times = { atMs: task.nowMs, endMs: task.nowMs };
  task.shop.note({
    kind: "log",
    service: task.service.name,
    name: line.eventName,
    id: "",
    ...times,
    detail: line.body,
    about: task.about,
  });
}
