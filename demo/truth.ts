/**
 * Truth: what really happened in the shop, written down while it happens.
 *
 * The shop knows which purchase each span, log record and event is about even where the telemetry does not say.
 * Tests hold Waybill's answers against these notes; nothing of them is ever sent.
 */

/** What goes wrong, or differently, in one purchase. Nothing is set for an ordinary one. */
export interface Faults {
  readonly stockCheckFails?: true;
  readonly cardDeclined?: true;
  /** how long the acquirer takes to capture; ms, 120–240 otherwise */
  readonly captureMs?: number;
  /** how long the customer takes to approve the payment before there is an order; ms */
  readonly approvalMs?: number;
  readonly packingJams?: true;
  /** the queue delivers `stock.reserved` twice, the packing event is posted twice, exports are sent twice */
  readonly deliveredTwice?: true;
  /** orders still writes version 1 of `order.placed` for this channel */
  readonly oldContract?: true;
  /** packed later, together with others, into the package of this id */
  readonly sharedPackage?: string;
  /** the shipping mail waits for the next batch */
  readonly mailedInBatch?: true;
}

/** One customer's purchase, as the shop itself knows it. */
export interface Purchase {
  readonly correlationId: string;
  /** given from the start, but said to nobody before orders creates the order */
  readonly orderId: string;
  readonly refundId: string;
  /** the correlation id of the later request for a refund */
  readonly refundCorrelationId: string;
  readonly items: readonly string[];
  readonly packageId: string;
  readonly amount: number;
  readonly partner: string;
  readonly channel: string;
  readonly faults: Faults;
}

/** One fact that was sent, and the purchases it is about. */
export interface Fact {
  readonly kind: "span" | "log" | "cloudevent";
  readonly service: string;
  /** span name, event name ("" for a plain log line), CloudEvent type */
  readonly name: string;
  /** trace id then span id of a span, 48 hex digits; "" for the rest, whose id is a hash made by the receiver */
  readonly id: string;
  /** begin and end, the same for anything but a span; epoch milliseconds */
  readonly atMs: number;
  readonly endMs: number;
  /** body of a log record, id of a CloudEvent, "" for a span */
  readonly detail: string;
  /** the correlation ids of the requests it is about: none for noise, several for shared work */
  readonly about: readonly string[];
}

/** What a question is about. */
export interface Subject {
  readonly kind: string;
  readonly id: string;
}

/** How one journey stands once everything has arrived. */
export interface JourneyTruth {
  readonly definition: string;
  readonly subject: Subject;
  readonly state: "succeeded" | "failed" | "overdue" | "compensated";
  readonly stepsDone: readonly string[];
  readonly stepFailed: string | null;
  /** the next step and its owner while the journey is not over */
  readonly next: { readonly step: string; readonly owner: string } | null;
  /** words that the reason contains; null where there is none to give */
  readonly reason: string | null;
  readonly late: boolean;
  readonly recovered: boolean;
}

/** All that an answer to the scenario's question must say. */
export interface Expected {
  readonly journeys: readonly JourneyTruth[];
  /** HTTP status that the gateway gave the caller, and words of the error it showed */
  readonly seenByCaller: { readonly status: string; readonly error: string | null };
  /** services with at least one hop, sorted */
  readonly services: readonly string[];
  /** exactly the facts that belong to the question's subject */
  readonly hops: readonly Fact[];
  /** facts of the same scenario that do not */
  readonly strangers: readonly Fact[];
  /** other subjects that touch this one */
  readonly related: readonly Subject[];
}

/** One scenario as it went. */
export interface ScenarioResult {
  readonly name: string;
  readonly lookup: Subject;
  /** what really happened, in plain words */
  readonly script: string;
  readonly expected: Expected;
}
