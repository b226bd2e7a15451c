/**
 * Shop: what the bench's business looks like: one journey of twenty spans in eight services and four traces.
 *
 *   [shop] → templates (live load), seed (stored load), recount (what must come out)
 *
 * Data only. Spans hang together by parents inside a trace, by links and by parents across queues; some carry the
 * order id, some only the correlation id, some neither. A journey in fifty fails at the bank and goes no further.
 */
import { BACK } from "./back.ts";
import { FRONT } from "./front.ts";
import type { SpanShape } from "./shape.ts";

/** One journey in so many fails. */
export const FAILING_EVERY = 50;

/** The journey, span by span. */
export const SPANS: readonly SpanShape[] = [...FRONT, ...BACK];

/** The eight services, in the order in which a journey comes to them. */
export const SERVICES: readonly string[] = [...new Set(SPANS.map(({ service }) => service))];

/** The attributes of a service's resource. */
export function resourceOf(service: string): Readonly<Record<string, string>> {
  return {
    "service.name": service,
    "service.version": "4.2.1",
    "service.instance.id": `${service}-7f9c4d5b8-x2k`,
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": "2.12.0",
    "k8s.namespace.name": "shop",
    "host.name": "node-17.shop.internal",
  };
}

/** How many spans a journey has. */
export function spansOf(fails: boolean): number {
  return SPANS.filter(({ onFailure }) => !fails || onFailure !== "missing").length;
}

/** Every step of the journey and the span that reaches it, in order. */
export const STEPS = {
  placed: { service: "orders", span: "POST /orders/create" },
  paid: { service: "payments", span: "capture card" },
  reserved: { service: "inventory", span: "reserve stock" },
  packed: { service: "packing", span: "pack parcel" },
  shipped: { service: "shipping", span: "ship parcel" },
} as const;

/**
 * The waybill.yaml of this business.
 *
 * @param copies      how many definitions, alike but for their names; 1 is the journey that the load sends
 * @param objectives  how many objectives each of them has; 1 to 10
 */
export function renderDefinitions(copies = 1, objectives = 2): string {
  const steps = Object.entries(STEPS).map(
    ([name, { service, span: spanName }]) =>
      `      ${name}: { service: ${service}, span: '${spanName}', within: 1h }`,
  );
  const journeys = Array.from({ length: copies }, (_, index) => [
    `  ${definitionName(index)}:`,
    "    subject: order.id",
    "    owner: checkout-team",
    "    entry: { service: gateway, span: 'POST /orders' }",
    "    steps:",
    ...steps,
    "    fails: { service: payments, span: 'capture card', status: error }",
    "    timeout: 4h",
    "    objectives:",
    "      - { name: success, target: 99.5%, window: 28d }",
    ...Array.from(
      { length: objectives - 1 },
      (_unused, at) =>
        `      - { name: fast-${at + 1}, target: 99%, window: 28d, within: ${(at + 1) * 400}ms }`,
    ),
  ]);
  return [
    "version: 1",
    "keys:",
    "  order.id: { role: identifies, from: [order.id] }",
    "  correlation.id: { role: identifies, from: [correlation.id] }",
    "tags: { partner.id: [partner.id], order.amount: [order.amount] }",
    "journeys:",
    ...journeys.flat(),
    "",
  ].join("\n");
}

/** The name of one of the definitions. */
export function definitionName(index: number): string {
  return index === 0 ? "create-order" : `create-order-${index}`;
}
