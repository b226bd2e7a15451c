/**
 * Storefront: website and gateway, where journeys begin and where the customer sees how they went.
 *
 * Neither knows an order id: they tell requests apart by correlation id, and the website's own spans by nothing.
 */
import { call, type Reply, serve } from "./http.ts";
import { createOrder, requestRefund } from "./orders.ts";
import { openPaymentSession } from "./payments.ts";
import { contextWithCorrelation } from "./propagation.ts";
import { correlation, emit, type Shop, spend, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

const ORDERS_TIMEOUT_MS = 2_000;

/** The customer presses "buy"; with an approval by the bank in between, the order comes minutes later. */
export function checkout(shop: Shop, purchase: Purchase, atMs: number): void {
  const { approvalMs } = purchase.faults;
  const task = visit(shop, purchase.correlationId, atMs);
  serve(task, "POST /checkout", (page) => {
    spend(page, 2, 6);
    emit(page, "checkout.submitted", { ...correlation(page), channel: purchase.channel });
    return approvalMs === undefined ? placeOrder(page, purchase) : askForApproval(page);
  });
  if (approvalMs === undefined) return;
  shop.timeline.at(atMs + approvalMs, () => {
    const back = visit(shop, purchase.correlationId, atMs + approvalMs);
    serve(back, "GET /checkout/approved", (page) => placeOrder(page, purchase));
  });
}

/** The customer sends the goods back and wants the money. A request of its own, with a correlation id of its own. */
export function returnGoods(shop: Shop, purchase: Purchase, atMs: number): void {
  const task = visit(shop, purchase.refundCorrelationId, atMs);
  serve(task, "POST /returns", (page) =>
    call(page, { to: "gateway", route: "POST /refunds" }, (gateway, span) => {
      span.setAttributes(correlation(gateway));
      spend(gateway, 4, 9);
      return call(gateway, { to: "orders", route: "POST /internal/refunds" }, (inner) =>
        requestRefund(inner, purchase),
      );
    }),
  );
}

/** A load balancer asks whether the gateway is alive: part of no journey. */
export function healthCheck(shop: Shop, atMs: number): void {
  const task = { ...visit(shop, "", atMs), service: shop.services.gateway, about: [] };
  serve(task, "GET /healthz", () => ({ status: 200 }));
}

function placeOrder(page: Task, purchase: Purchase): Reply {
  return call(page, { to: "gateway", route: "POST /orders" }, (gateway, span) => {
    span.setAttributes(correlation(gateway));
    spend(gateway, 4, 9);
    const request = { to: "orders", route: "POST /internal/orders", timeoutMs: ORDERS_TIMEOUT_MS } as const;
    return call(gateway, request, (orders, server) => createOrder(orders, server, purchase));
  });
}

function askForApproval(page: Task): Reply {
  return call(page, { to: "gateway", route: "POST /payment-sessions" }, (gateway, span) => {
    span.setAttributes(correlation(gateway));
    return call(gateway, { to: "payments", route: "POST /sessions" }, openPaymentSession);
  });
}

function visit(shop: Shop, correlationId: string, nowMs: number): Task {
  const context = contextWithCorrelation(correlationId);
  return { shop, service: shop.services.website, context, about: [correlationId], nowMs };
}
