/**
 * Payments: takes the money, and gives it back. Knows the order on every charge.
 */
import { type Span, SpanKind } from "@opentelemetry/api";
import { publish } from "./broker.ts";
import type { Reply } from "./http.ts";
import { emit, fail, inSpan, type Message, spend, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

const DECLINED = { type: "card_declined", message: "card declined: insufficient funds" };

/** Captures the money for an order at the acquirer, while the caller waits. */
export function charge(task: Task, server: Span, purchase: Purchase): Reply {
  const key = { "order.id": purchase.orderId };
  server.setAttributes(key);
  return inSpan(task, { name: "capture card", kind: SpanKind.CLIENT, attributes: key }, (inner, span) => {
    spend(inner, 120, 240);
    inner.nowMs += purchase.faults.captureMs ?? 0;
    if (purchase.faults.cardDeclined) {
      fail(inner, span, DECLINED);
      return { status: 402, error: DECLINED.message };
    }
    emit(inner, "payment.captured", { ...key, "order.amount": purchase.amount });
    return { status: 201 };
  });
}

/** Sends the customer to the bank for approval: there is no order yet. */
export function openPaymentSession(task: Task): Reply {
  spend(task, 40, 90);
  return { status: 202 };
}

/** Gives the money back. The acquirer call knows the refund, not the order. */
export function refundCard(task: Task, message: Message): null {
  const { orderId, refundId, amount } = message.purchase;
  const attributes = { "refund.id": refundId };
  inSpan(task, { name: "refund card", kind: SpanKind.CLIENT, attributes }, (inner) => spend(inner, 300, 700));
  emit(task, "payment.refunded", { ...attributes, "order.id": orderId, "refund.amount": amount });
  publish(task, "refund.paid", { purchase: message.purchase });
  return null;
}
