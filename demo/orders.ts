/**
 * Orders: where a checkout becomes an order, and gets its id.
 */
import type { Attributes, Span } from "@opentelemetry/api";
import { publish } from "./broker.ts";
import { call, type Reply } from "./http.ts";
import { checkStock } from "./inventory.ts";
import { charge } from "./payments.ts";
import { correlation, emit, inSpan, spend, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

/** Takes an order: stock, order, payment, and the message that starts the rest. */
export function createOrder(task: Task, server: Span, purchase: Purchase): Reply {
  server.setAttributes(correlation(task));
  const stock = call(task, { to: "inventory", route: "POST /availability" }, (inner, span) =>
    checkStock(inner, span, purchase),
  );
  if (stock.status !== 200) return refuse(task, stock.error ?? "");
  inSpan(task, { name: "create order", attributes: orderKey(purchase) }, (inner) => {
    spend(inner, 12, 30);
    emit(inner, "order.placed", orderPlaced(inner, purchase));
  });
  const payment = call(task, { to: "payments", route: "POST /charges" }, (inner, span) =>
    charge(inner, span, purchase),
  );
  if (payment.status !== 201) {
    emit(task, "order.rejected", { ...orderKey(purchase), "error.type": "payment_declined" });
    return payment;
  }
  const attributes = { "waybill.contract": contractOf(purchase) };
  publish(task, "order.placed", { purchase, attributes });
  return { status: 201 };
}

/** Starts a refund: a journey of its own that touches the order. */
export function requestRefund(task: Task, purchase: Purchase): Reply {
  spend(task, 10, 20);
  emit(task, "refund.requested", {
    "refund.id": purchase.refundId,
    ...orderKey(purchase),
    ...correlation(task),
    "refund.amount": purchase.amount,
  });
  publish(task, "refund.requested", { purchase });
  return { status: 202 };
}

/** No order yet, so the correlation id is all there is to say. */
function refuse(task: Task, reason: string): Reply {
  emit(task, "checkout.failed", {
    ...correlation(task),
    "error.type": "stock_unknown",
    "error.message": reason,
  });
  return { status: 503, error: reason };
}

/** Version 1 said the order id and amount under other names. */
function orderPlaced(task: Task, purchase: Purchase): Attributes {
  const prefix = purchase.faults.oldContract ? "app." : "";
  return {
    [`${prefix}order.id`]: purchase.orderId,
    [`${prefix}order.amount`]: purchase.amount,
    ...correlation(task),
    "partner.id": purchase.partner,
    channel: purchase.channel,
    "waybill.contract": contractOf(purchase),
  };
}

function orderKey(purchase: Purchase): Attributes {
  return { [purchase.faults.oldContract ? "app.order.id" : "order.id"]: purchase.orderId };
}

function contractOf(purchase: Purchase): string {
  return purchase.faults.oldContract ? "order.placed@1" : "order.placed@2";
}
