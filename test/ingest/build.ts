/** Builds hops by hand for tests: only what matters is said, the rest is plain. */
import { createHash } from "node:crypto";
import type { Hop, Link } from "../../collector/hop.ts";
import type {
  Definition,
  Definitions,
  KeyKind,
  Matcher,
  NamePattern,
  Step,
} from "../../ingest/definitions.ts";

/** 2026-09-01T10:00:00Z, the hour in which test worlds begin; ns. */
export const TEN_NS = 1_788_256_800_000_000_000n;

/** Milliseconds after ten, in ns since 1970. */
export function at(ms: number): bigint {
  return TEN_NS + BigInt(Math.round(ms * 1000)) * 1000n;
}

/** A trace id made from a name. */
export function trace(name: string): string {
  return createHash("sha256").update(`trace ${name}`).digest("hex").slice(0, 32);
}

/** A span id made from a name. */
export function spanId(name: string): string {
  return createHash("sha256").update(`span ${name}`).digest("hex").slice(0, 16);
}

/** What a test says about a span; times in ms after ten. */
export interface SpanSketch {
  readonly trace: string;
  /** name of the span: also what its id is made from */
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly name?: string;
  readonly keys?: Readonly<Record<string, string>>;
  /** names of spans as `trace/id`, each with attributes */
  readonly links?: readonly { readonly to: string; readonly keys?: Readonly<Record<string, string>> }[];
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly status?: Hop["status"];
  readonly message?: string;
  readonly spanKind?: Hop["spanKind"];
}

const PLAIN = {
  receivedNs: TEN_NS + 60_000_000_000n,
  spanKind: "internal",
  status: "unset",
  message: "",
  body: "",
  resource: new Map<string, string>(),
  links: [] as Link[],
  events: [],
  droppedLinks: 0,
  digest: 0,
} as const;

/** A span. */
export function span(sketch: SpanSketch): Hop {
  const traceId = trace(sketch.trace);
  const own = spanId(`${sketch.trace}/${sketch.id}`);
  return {
    ...PLAIN,
    id: traceId + own,
    kind: "span",
    atNs: at(sketch.fromMs ?? 0),
    endNs: at(sketch.toMs ?? (sketch.fromMs ?? 0) + 10),
    service: sketch.service ?? "shop",
    name: sketch.name ?? sketch.id,
    spanKind: sketch.spanKind ?? "internal",
    status: sketch.status ?? "unset",
    message: sketch.message ?? "",
    traceId,
    spanId: own,
    parentId: sketch.parent === undefined ? "" : spanId(`${sketch.trace}/${sketch.parent}`),
    attributes: new Map(Object.entries(sketch.keys ?? {})),
    links: (sketch.links ?? []).map(({ to, keys = {} }) => ({
      traceId: trace(to.split("/")[0] ?? ""),
      spanId: spanId(to),
      attributes: new Map(Object.entries(keys)),
    })),
  };
}

/** What a test says about a log event. */
export interface EventSketch {
  readonly name: string;
  readonly keys?: Readonly<Record<string, string>>;
  readonly atMs?: number;
  readonly service?: string;
  /** `trace/id` of the span it was written in */
  readonly in?: string;
  readonly body?: string;
  readonly status?: Hop["status"];
}

/** A log event; its identity is its content. */
export function event(sketch: EventSketch): Hop {
  const [traceName] = (sketch.in ?? "").split("/");
  const atNs = at(sketch.atMs ?? 0);
  return {
    ...PLAIN,
    id: createHash("sha256")
      .update(JSON.stringify([sketch, String(atNs)]))
      .digest("hex")
      .slice(0, 32),
    kind: "log",
    atNs,
    endNs: atNs,
    service: sketch.service ?? "shop",
    name: sketch.name,
    body: sketch.body ?? "",
    status: sketch.status ?? "unset",
    traceId: sketch.in === undefined ? "" : trace(traceName ?? ""),
    spanId: sketch.in === undefined ? "" : spanId(sketch.in),
    parentId: "",
    attributes: new Map(Object.entries(sketch.keys ?? {})),
  };
}

/** A CloudEvent. */
export function cloudEvent(id: string, keys: Readonly<Record<string, string>>, atMs = 0): Hop {
  return {
    ...PLAIN,
    id: createHash("sha256").update(`/shop\n${id}`).digest("hex").slice(0, 32),
    kind: "cloudevent",
    atNs: at(atMs),
    endNs: at(atMs),
    service: "/shop",
    name: "com.shop.test",
    traceId: "",
    spanId: "",
    parentId: "",
    attributes: new Map(Object.entries({ id, source: "/shop", ...keys })),
  };
}

function kind(name: string, role: KeyKind["role"], many = false): KeyKind {
  const from = [
    { kind: "attribute", name } as const,
    { kind: "cloudevent", name: name.replace(".", "") } as const,
  ];
  return { kind: name, role, many, from };
}

/** order.id > refund.id > correlation.id > cart.id > item.id identify; package.id is shared. */
export const KINDS: readonly KeyKind[] = [
  kind("order.id", "identifies"),
  kind("refund.id", "identifies"),
  kind("correlation.id", "identifies"),
  kind("cart.id", "identifies"),
  kind("item.id", "identifies"),
  kind("package.id", "shared", true),
];

/** A name pattern: exact, or a prefix before `*`. */
export function pattern(source: string): NamePattern {
  const prefix = source.endsWith("*") ? source.slice(0, -1) : null;
  return { source, test: (name) => (prefix === null ? name === source : name.startsWith(prefix)) };
}

/** A matcher on an event name. */
export function onEvent(name: string): Matcher {
  return { event: pattern(name) };
}

/** A step reached by the event of its own name. */
export function step(name: string, more: Partial<Step> = {}): Step {
  return {
    name,
    match: [onEvent(name)],
    owner: `${name}-team`,
    after: [],
    optional: false,
    withinMs: null,
    ...more,
  };
}

/** placed → paid → shipped within 15 minutes; rejected fails, refunded compensates. */
export const CREATE_ORDER: Definition = {
  name: "create-order",
  version: "00000001",
  subject: "order.id",
  owner: "checkout-team",
  entry: [{ service: pattern("gateway"), span: pattern("POST*") }],
  steps: [
    step("placed"),
    step("paid", { after: ["placed"], withinMs: 30_000 }),
    step("gift-wrapped", { after: ["paid"], optional: true }),
    step("shipped", { after: ["paid"] }),
  ],
  start: "placed",
  succeeds: "shipped",
  fails: [onEvent("rejected"), { ...onEvent("paid"), status: "error" }],
  compensates: [onEvent("refunded")],
  compensation: "keep",
  timeoutMs: 900_000,
  objectives: [],
};

/** Definitions around CREATE_ORDER. */
export const DEFINITIONS: Definitions = {
  keys: KINDS,
  tags: new Map([["partner", ["partner.id"]]]),
  journeys: [CREATE_ORDER],
  contracts: [],
  retention: { hopsDays: 30, journeysDays: 400, deadLettersDays: 30 },
  notify: { publicUrl: null, runbookUrl: null, alertmanagers: [], webhooks: [] },
  limits: { hubSubjects: 100, aheadMs: 86_400_000 },
};
