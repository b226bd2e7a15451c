/**
 * Broker: queues between the services, with what real queues do to messages.
 *
 *   publish → headers on the message → [delay, duplicate, retry, batch, dead letter] → subscriber
 *
 * At least once: a message whose work failed comes again, and after the last try goes to the dead-letter queue.
 */
import { type Attributes, type Link, SpanKind, trace } from "@opentelemetry/api";
import { contextOf, headersOf } from "./propagation.ts";
import { emit, fail, inSpan, type Message, type Shop, type Subscriber, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

const RETRY_AFTER_MS = [30_000, 120_000];
const DELIVERY_MS = { min: 15, max: 80 };
const REDELIVERY_MS = 900;

/** Sends a message about a purchase; whoever subscribed works on it a little later. */
export function publish(
  task: Task,
  queue: string,
  letter: { purchase: Purchase; attributes?: Attributes },
): void {
  const { purchase } = letter;
  const message = send(task, {
    queue,
    id: newMessageId(task.shop),
    purchase,
    attributes: letter.attributes ?? {},
  });
  if (queue === "order.shipped" && purchase.faults.mailedInBatch) {
    task.shop.waiting.push(message);
    return;
  }
  const atMs = task.nowMs + task.shop.random.between(DELIVERY_MS.min, DELIVERY_MS.max);
  plan(task.shop, message, atMs);
  if (queue === "stock.reserved" && purchase.faults.deliveredTwice) {
    plan(task.shop, { ...message, delivered: 1 }, atMs + REDELIVERY_MS);
  }
}

/** Gives all waiting messages to their subscriber in one batch: one receive span with a link to each sender. */
export function deliverBatch(shop: Shop, queue: string, atMs: number): void {
  const subscriber = shop.subscribers.get(queue);
  const batch = shop.waiting.splice(0);
  if (subscriber === undefined || batch.length === 0) return;
  const start = {
    name: `receive ${queue}`,
    kind: SpanKind.CLIENT,
    attributes: { ...messaging(queue, "receive"), "messaging.batch.message_count": batch.length },
    links: batch.map(linkTo),
  };
  // The SDK keeps the last 128 links of a span: what the receive span says about the rest is lost on the way out.
  const about = batch.slice(-128).map((message) => message.purchase.correlationId);
  const task = { ...taskFor(shop, subscriber, atMs), about };
  inSpan(task, start, (inner) => {
    for (const message of batch) {
      const each = { ...inner, about: [message.purchase.correlationId] };
      work(each, message, { subscriber, links: [linkTo(message)] });
      inner.nowMs = each.nowMs;
    }
  });
}

interface Outgoing {
  readonly queue: string;
  readonly id: string;
  readonly purchase: Purchase;
  readonly attributes: Attributes;
  readonly links?: Link[];
}

function send(task: Task, outgoing: Outgoing): Message {
  const { queue, id, purchase, attributes, links = [] } = outgoing;
  const start = {
    name: `send ${queue}`,
    kind: SpanKind.PRODUCER,
    attributes: { ...messaging(queue, "send"), "messaging.message.id": id, ...attributes },
    links,
  };
  return inSpan(task, start, (inner) => {
    inner.nowMs += 2;
    return { id, queue, headers: headersOf(inner.context), purchase, delivered: 0 };
  });
}

function plan(shop: Shop, message: Message, atMs: number): void {
  const subscriber = shop.subscribers.get(message.queue);
  if (subscriber !== undefined) shop.timeline.at(atMs, () => deliver(shop, { message, subscriber }, atMs));
}

function deliver(shop: Shop, to: { message: Message; subscriber: Subscriber }, atMs: number): void {
  const { message, subscriber } = to;
  const sender = contextOf(message.headers);
  const follows = subscriber.cause === "parent";
  const task: Task = {
    ...taskFor(shop, subscriber, atMs),
    context: follows ? sender : trace.deleteSpan(sender),
    about: aboutOf(message),
  };
  const problem = work(task, message, { subscriber, links: follows ? [] : [linkTo(message)] });
  const waitMs = RETRY_AFTER_MS[message.delivered];
  if (problem !== null && waitMs !== undefined) {
    plan(shop, { ...message, delivered: message.delivered + 1 }, task.nowMs + waitMs);
  }
}

function work(task: Task, message: Message, how: { subscriber: Subscriber; links: Link[] }): string | null {
  const attributes = {
    ...messaging(message.queue, "process"),
    "messaging.message.id": message.id,
    "messaging.consumer.group.name": how.subscriber.service,
    ...(message.delivered > 0 ? { "messaging.message.delivery_attempt": message.delivered + 1 } : {}),
  };
  const start = { name: `process ${message.queue}`, kind: SpanKind.CONSUMER, attributes, links: how.links };
  return inSpan(task, start, (inner, span) => {
    const problem = how.subscriber.receive(inner, message);
    if (problem !== null) {
      fail(inner, span, { type: "WorkFailed", message: problem });
      if (message.delivered >= RETRY_AFTER_MS.length) bury(inner, message);
    }
    return problem;
  });
}

/** The dead-letter queue of a service. Nobody works on it: that is what the answer has to say. */
function bury(task: Task, message: Message): void {
  const queue = `${task.service.name}.dlq`;
  send(task, { queue, id: message.id, purchase: message.purchase, attributes: {}, links: [linkTo(message)] });
  emit(task, "message.dead_lettered", {
    "messaging.destination.name": queue,
    "messaging.message.id": message.id,
    "error.type": "RetriesExhausted",
    attempts: message.delivered + 1,
  });
}

function taskFor(shop: Shop, subscriber: Subscriber, nowMs: number): Task {
  return { shop, service: shop.services[subscriber.service], context: contextOf({}), about: [], nowMs };
}

function aboutOf(message: Message): readonly string[] {
  const refund = message.queue.startsWith("refund.");
  return [refund ? message.purchase.refundCorrelationId : message.purchase.correlationId];
}

function linkTo(message: Message): Link {
  const context = trace.getSpanContext(contextOf(message.headers));
  if (context === undefined) throw new RangeError(`message ${message.id} carries no trace context`);
  return { context, attributes: { "messaging.message.id": message.id } };
}

function messaging(queue: string, operation: string): Attributes {
  return {
    "messaging.system": "shopmq",
    "messaging.destination.name": queue,
    "messaging.operation.name": operation,
    "messaging.operation.type": operation,
  };
}

function newMessageId(shop: Shop): string {
  return `msg-${shop.random.hex(12)}`;
}
