/**
 * Shop: orders told by hand, for the tests of the query side.
 *
 * Hops are written down one by one; journeys come from the real fold. Times are milliseconds after `START`.
 */
import type { Hop, Link } from "../../collector/hop.ts";
import type { Definition, Definitions, Matcher, NamePattern, Step } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import type { Subject } from "../../ingest/subject.ts";
import type { Gap, Member, Related, Told } from "../../ingest/told.ts";

/** 2026-11-23 10:02:03.000 UTC in epoch milliseconds. */
export const START_MS = Date.UTC(2026, 10, 23, 10, 2, 3);

/** A moment of the shop; nanoseconds since 1970 UTC. */
export function ns(afterMs: number): bigint {
  return BigInt(START_MS) * 1_000_000n + BigInt(Math.round(afterMs * 1e6));
}

function named(source: string): NamePattern {
  return { source, test: (name) => name === source };
}

function step(name: string, match: Matcher, more: Partial<Step> = {}): Step {
  return {
    name,
    match: [match],
    owner: "checkout-team",
    after: [],
    optional: false,
    withinMs: null,
    ...more,
  };
}

const CREATE_ORDER: Definition = {
  name: "create-order",
  version: "00000001",
  subject: "order.id",
  owner: "checkout-team",
  entry: [{ service: named("gateway"), span: named("POST /orders") }],
  steps: [
    step("placed", { event: named("order.placed") }),
    step(
      "paid",
      { service: named("payments"), span: named("capture card") },
      { owner: "payments-team", after: ["placed"] },
    ),
    step(
      "packed",
      { cloudevent: named("com.shop.order.packed") },
      { owner: "fulfilment-team", after: ["paid"], withinMs: 8_000 },
    ),
    step("gift-wrapped", { event: named("order.wrapped") }, { owner: "fulfilment-team", optional: true }),
    step("shipped", { event: named("order.shipped") }, { owner: "fulfilment-team", after: ["packed"] }),
  ],
  start: "placed",
  succeeds: "shipped",
  fails: [
    { service: named("payments"), span: named("capture card"), status: "error" },
    { event: named("order.rejected") },
  ],
  compensates: [{ event: named("payment.refunded") }],
  compensation: "keep",
  timeoutMs: 900_000,
  objectives: [],
};

const REFUND: Definition = {
  ...CREATE_ORDER,
  name: "refund",
  version: "00000002",
  owner: "payments-team",
  entry: [],
  steps: [
    step("requested", { event: named("refund.requested") }, { owner: "support-team" }),
    step("refunded", { event: named("payment.refunded") }, { owner: "payments-team", after: ["requested"] }),
  ],
  start: "requested",
  succeeds: "refunded",
  fails: [],
  compensates: [],
};

/** What the shop's `waybill.yaml` says. */
export const DEFINITIONS: Definitions = {
  keys: [
    { kind: "order.id", role: "identifies", many: false, from: [{ kind: "attribute", name: "order.id" }] },
    {
      kind: "correlation.id",
      role: "identifies",
      many: false,
      from: [{ kind: "attribute", name: "correlation.id" }],
    },
    { kind: "package.id", role: "shared", many: true, from: [{ kind: "attribute", name: "package.id" }] },
  ],
  tags: new Map([["partner.id", ["partner.id"]]]),
  journeys: [CREATE_ORDER, REFUND],
  contracts: [
    {
      name: "order.placed",
      owner: "checkout-team",
      versions: [
        { version: "1", deprecated: "2026-09-01", sunset: "2027-01-01" },
        { version: "2", deprecated: null, sunset: null },
      ],
      producers: ["orders"],
      consumers: ["payments"],
    },
  ],
  retention: { hopsDays: 30, journeysDays: 400, deadLettersDays: 30 },
  notify: { publicUrl: null, runbookUrl: null, alertmanagers: [], webhooks: [] },
  limits: { hubSubjects: 100, aheadMs: 86_400_000 },
};

/** What matters about a hop; the rest is filled in. */
export interface Seen {
  readonly service: string;
  readonly name: string;
  /** ms after `START_MS` */
  readonly at: number;
  /** ms; a span when given, else an event */
  readonly took?: number;
  readonly with?: Partial<Hop>;
}

/** A hop. Its ids are read off its place in the story: `number` 1 has span id …01. */
export function hop(number: number, seen: Seen): Hop {
  const isSpan = seen.took !== undefined;
  const spanId = isSpan ? number.toString(16).padStart(16, "0") : "";
  const traceId = "a".repeat(32);
  return {
    id: isSpan ? traceId + spanId : number.toString(16).padStart(32, "0"),
    kind: isSpan ? "span" : "log",
    atNs: ns(seen.at),
    endNs: ns(seen.at + (seen.took ?? 0)),
    receivedNs: ns(seen.at + (seen.took ?? 0) + 5),
    service: seen.service,
    name: seen.name,
    spanKind: "internal",
    status: "unset",
    message: "",
    body: "",
    traceId,
    spanId,
    parentId: "",
    attributes: new Map(),
    resource: new Map(),
    links: [],
    events: [],
    droppedLinks: 0,
    digest: number,
    ...seen.with,
  };
}

/** A link to a span of the same trace. */
export function linkTo(number: number): Link {
  return { traceId: "a".repeat(32), spanId: number.toString(16).padStart(16, "0"), attributes: new Map() };
}

/** What else is known, beside the hops. */
export interface Besides {
  readonly subject?: Subject;
  /** ms after `START_MS` at which it is told; an hour when not given */
  readonly askedAt?: number;
  readonly related?: readonly Related[];
  readonly gaps?: readonly Gap[];
  readonly movedTo?: readonly Subject[];
  readonly members?: ReadonlyMap<number, Partial<Member>>;
  /** the shop's own when not given */
  readonly definitions?: Definitions;
}

/** A Told about ORD-42 (or another subject): the hops numbered from 1 in the order given, folded for real. */
export function tell(seen: readonly Seen[], besides: Besides = {}): Told {
  const subject = besides.subject ?? { kind: "order.id", id: "ORD-42" };
  const asOfNs = ns(besides.askedAt ?? 3_600_000);
  const hops = seen.map((each, index) => hop(index + 1, each));
  const members = hops.map((each, index): Member => {
    const keys = new Map([[subject.kind, [subject.id]]]);
    const evidence = [{ rule: "key" as const, key: `${subject.kind}=${subject.id}` }];
    return {
      hop: each,
      keys,
      evidence,
      shared: false,
      step: null,
      contract: null,
      ...besides.members?.get(index + 1),
    };
  });
  const { journeys: known, tags } = besides.definitions ?? DEFINITIONS;
  const journeys = known.flatMap((definition) => fold({ definition, subject, hops, tags }, asOfNs) ?? []);
  return {
    subject,
    asOfNs,
    members: members.toSorted((a, b) => Number(a.hop.atNs - b.hop.atNs)),
    journeys,
    related: besides.related ?? [],
    gaps: besides.gaps ?? [],
    movedTo: besides.movedTo ?? [],
  };
}

const CHECKOUT: Seen = {
  service: "gateway",
  name: "POST /orders",
  at: -20,
  took: 180,
  with: { spanKind: "server", attributes: new Map([["http.response.status_code", "201"]]) },
};
const PLACED: Seen = { service: "orders", name: "order.placed", at: 0 };
const PAID: Seen = { service: "payments", name: "capture card", at: 35, took: 85 };
const PACKED: Seen = {
  service: "fulfilment",
  name: "com.shop.order.packed",
  at: 1_400,
  with: { kind: "cloudevent" },
};
const SHIPPED: Seen = { service: "fulfilment", name: "order.shipped", at: 3_200 };

/** The parts that most orders are made of. */
export const PARTS = { CHECKOUT, PLACED, PAID, PACKED, SHIPPED };
