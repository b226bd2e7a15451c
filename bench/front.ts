/**
 * Front: the spans of a journey that the customer waits for: gateway, orders, payments, all in one trace.
 *
 *   shape → [front] → shop
 */
import { BOTH, DATABASE, HTTP, QUEUE, type SpanShape, span, WORK } from "./shape.ts";

/** The first nine spans of the journey. */
export const FRONT: readonly SpanShape[] = [
  span({
    ...{
      service: "gateway",
      name: "POST /orders",
      kind: 2,
      trace: 0,
      parent: null,
      atUs: 0,
      tookUs: 240_000,
    },
    carries: ["correlation.id"],
    texts: {
      ...HTTP,
      "url.path": "/orders",
      "user_agent.original": "shop-web/4.2 (linux)",
      "http.route": "/orders",
    },
    numbers: { "http.response.status_code": 201, "server.port": 8443 },
    digits: { "client.port": 5 },
    onFailure: "error",
  }),
  span({
    ...{ service: "gateway", name: "POST", kind: 3, trace: 0, parent: 0, atUs: 2_000, tookUs: 236_000 },
    texts: {
      ...HTTP,
      "url.full": "https://orders.shop.internal/orders/create",
      "server.address": "orders.shop.internal",
    },
    numbers: { "http.response.status_code": 201, "server.port": 443, "http.request.resend_count": 0 },
    digits: { "network.local.port": 5 },
    onFailure: "error",
  }),
  span({
    ...{
      service: "orders",
      name: "POST /orders/create",
      kind: 2,
      trace: 0,
      parent: 1,
      atUs: 3_000,
      tookUs: 233_000,
    },
    carries: BOTH,
    texts: { ...HTTP, "http.route": "/orders/create", "client.address": "10.4.18.22" },
    numbers: { "http.response.status_code": 201 },
    digits: { "order.amount": 5, "partner.id": 3 },
    event: "order.accepted",
    onFailure: "same",
  }),
  span({
    ...{ service: "orders", name: "validate cart", kind: 1, trace: 0, parent: 2, atUs: 4_000, tookUs: 3_000 },
    texts: {
      ...WORK,
      "code.file.path": "/srv/orders/src/cart/validate.ts",
      "cart.currency": "EUR",
      "cart.channel": "web",
    },
    numbers: { "cart.lines": 3, "code.line.number": 118 },
    digits: { "cart.id": 9, "thread.id": 4 },
    onFailure: "same",
  }),
  span({
    ...{
      service: "orders",
      name: "INSERT shop.orders",
      kind: 3,
      trace: 0,
      parent: 2,
      atUs: 8_000,
      tookUs: 6_000,
    },
    carries: ["order.id"],
    texts: { ...DATABASE, "db.collection.name": "orders", "db.operation.name": "INSERT" },
    numbers: { "db.response.returned_rows": 1, "server.port": 5432 },
    digits: { "db.connection.id": 6 },
    onFailure: "same",
  }),
  span({
    ...{
      service: "orders",
      name: "publish orders",
      kind: 4,
      trace: 0,
      parent: 2,
      atUs: 230_000,
      tookUs: 2_000,
    },
    carries: ["order.id"],
    texts: { ...QUEUE, "messaging.destination.name": "orders", "messaging.operation.type": "send" },
    numbers: { "messaging.batch.message_count": 1, "messaging.message.body.size": 912 },
    digits: { "messaging.kafka.offset": 8, "messaging.destination.partition.id": 2 },
    onFailure: "same",
  }),
  span({
    ...{
      service: "payments",
      name: "capture card",
      kind: 2,
      trace: 0,
      parent: 2,
      atUs: 20_000,
      tookUs: 200_000,
    },
    carries: BOTH,
    texts: { ...HTTP, "http.route": "/capture", "payment.method": "card" },
    numbers: { "http.response.status_code": 200 },
    digits: { "payment.amount": 5, "payment.reference": 10 },
    onFailure: "error",
  }),
  span({
    ...{ service: "payments", name: "POST", kind: 3, trace: 0, parent: 6, atUs: 30_000, tookUs: 170_000 },
    texts: {
      ...HTTP,
      "url.full": "https://api.bank.example/v2/captures",
      "server.address": "api.bank.example",
    },
    numbers: { "http.response.status_code": 200, "server.port": 443, "http.request.resend_count": 0 },
    digits: { "bank.reference": 12 },
    onFailure: "error",
  }),
  span({
    ...{
      service: "payments",
      name: "UPDATE shop.payments",
      kind: 3,
      trace: 0,
      parent: 6,
      atUs: 204_000,
      tookUs: 5_000,
    },
    texts: { ...DATABASE, "db.collection.name": "payments", "db.operation.name": "UPDATE" },
    numbers: { "db.response.returned_rows": 1, "server.port": 5432 },
    digits: { "db.connection.id": 6, "payment.id": 9 },
    onFailure: "same",
  }),
];
