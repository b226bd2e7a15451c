/**
 * Http: one service asks another and waits.
 *
 * The request stays in the process, its telemetry does not know: client and server span, context in headers, and a
 * caller that gives up while the callee goes on.
 */
import { type Attributes, type Span, SpanKind } from "@opentelemetry/api";
import { contextOf, headersOf } from "./propagation.ts";
import { fail, inSpan, type ServiceName, spend, type Task } from "./task.ts";

/** What a service answers. */
export interface Reply {
  /** HTTP status code */
  readonly status: number;
  /** what went wrong, in words */
  readonly error?: string;
}

/** What a caller asks for. */
export interface Request {
  readonly to: ServiceName;
  /** method and path: `POST /orders` */
  readonly route: string;
  /** how long the caller waits; ms */
  readonly timeoutMs?: number;
}

/** Works on one request: a server span whose status follows the reply. */
export function serve(task: Task, route: string, handle: (inner: Task, span: Span) => Reply): Reply {
  const [method = "", path = ""] = route.split(" ");
  const attributes = { "http.request.method": method, "http.route": path, "url.path": path };
  return inSpan(task, { name: route, kind: SpanKind.SERVER, attributes }, (inner, span) => {
    const reply = handle(inner, span);
    spend(inner, 1, 3);
    span.setAttribute("http.response.status_code", reply.status);
    if (reply.status >= 500) fail(inner, span, { type: String(reply.status), message: reply.error ?? "" });
    return reply;
  });
}

/** Asks another service: a client span here, a server span there. A caller that gives up gets 504. */
export function call(task: Task, request: Request, handle: (inner: Task, span: Span) => Reply): Reply {
  const [method = "", path = ""] = request.route.split(" ");
  const attributes: Attributes = {
    "http.request.method": method,
    "server.address": request.to,
    "url.full": `http://${request.to}${path}`,
  };
  return inSpan(task, { name: method, kind: SpanKind.CLIENT, attributes }, (inner, span) => {
    const sentMs = inner.nowMs;
    const callee: Task = {
      ...inner,
      service: inner.shop.services[request.to],
      context: contextOf(headersOf(inner.context)),
    };
    spend(callee, 1, 4);
    const reply = serve(callee, request.route, handle);
    spend(callee, 1, 4);
    const deadlineMs = sentMs + (request.timeoutMs ?? Number.POSITIVE_INFINITY);
    if (callee.nowMs > deadlineMs) {
      inner.nowMs = deadlineMs;
      const error = `${request.to} did not answer within ${request.timeoutMs} ms`;
      fail(inner, span, { type: "timeout", message: error });
      return { status: 504, error };
    }
    inner.nowMs = callee.nowMs;
    span.setAttribute("http.response.status_code", reply.status);
    if (reply.status >= 400) fail(inner, span, { type: String(reply.status), message: reply.error ?? "" });
    return reply;
  });
}
