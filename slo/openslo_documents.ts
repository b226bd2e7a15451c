/**
 * OpenSLO documents: YAML in, checked OpenSLO v1 objects out, and the way back.
 *
 *   OpenSLO YAML → [documents] → bundles → import
 *
 * Pure. Our own validator: every problem is told by document and path. What other versions mean, and what Waybill
 * cannot do, is explained and not guessed.
 */
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { Failure } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { isTree, type Tree } from "./difference.ts";

/** The kinds of OpenSLO v1. */
export const KINDS = [
  "SLO",
  "SLI",
  "Service",
  "DataSource",
  "AlertPolicy",
  "AlertCondition",
  "AlertNotificationTarget",
] as const;

/** One of the kinds. */
export type Kind = (typeof KINDS)[number];

/** One checked document. */
export interface OpenSloDocument {
  readonly kind: Kind;
  readonly name: string;
  readonly tree: Tree;
}

/** What is told of a version that is not read. */
const OTHER_VERSIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^openslo\/v1alpha$/,
    "v1alpha is what Sloth reads. In openslo/v1 `timeWindows` of {unit, count} is `timeWindow` of {duration}, and " +
      "`objectives[].ratioMetrics` is `indicator.spec.ratioMetric`, its queries under `metricSource`",
  ],
  [
    /^openslo(\.com)?\/v2/,
    "v2alpha is a draft. In openslo/v1 `sli` and `sliRef` are `indicator` and `indicatorRef`, and `dataSourceRef` is " +
      "`metricSource.metricSourceRef`",
  ],
  [/^openslo\/v0|^openslo\/v1beta/, "it is older than openslo/v1"],
  [/^sloth/, "it is Sloth's own format, not OpenSLO"],
];

const Free = z.record(z.string(), z.unknown());
const Labels = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const Metadata = z.strictObject({
  name: z.string().min(1).max(255),
  displayName: z.string().optional(),
  labels: Labels.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const Description = z.string().max(1050).optional();

const Metric = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: z.string().optional(),
    type: z.string().optional(),
    spec: Free,
  }),
});

const Indicator = z.strictObject({
  description: Description,
  thresholdMetric: Metric.optional(),
  ratioMetric: z
    .strictObject({
      counter: z.boolean().optional(),
      good: Metric.optional(),
      bad: Metric.optional(),
      total: Metric.optional(),
      rawType: z.enum(["success", "failure"]).optional(),
      raw: Metric.optional(),
    })
    .optional(),
});

const TimeWindow = z.strictObject({
  duration: z.string(),
  isRolling: z.boolean().optional(),
  calendar: z.strictObject({ startTime: z.string(), timeZone: z.string() }).optional(),
});

const Objective = z.strictObject({
  displayName: z.string().optional(),
  op: z.enum(["lte", "gte", "lt", "gt"]).optional(),
  value: z.number().optional(),
  target: z.number().optional(),
  targetPercent: z.number().optional(),
  timeSliceTarget: z.number().optional(),
  timeSliceWindow: z.union([z.number(), z.string()]).optional(),
  indicator: z.unknown().optional(),
  indicatorRef: z.unknown().optional(),
  compositeWeight: z.unknown().optional(),
});

const object = (spec: z.ZodType<object>) =>
  z.strictObject({ apiVersion: z.unknown(), kind: z.unknown(), metadata: Metadata, spec });

const SHAPES = {
  SLO: object(
    z.strictObject({
      description: Description,
      service: z.string(),
      indicator: z.strictObject({ metadata: Metadata, spec: Indicator }).optional(),
      indicatorRef: z.string().optional(),
      timeWindow: z.array(TimeWindow).length(1, "must be a list of exactly one"),
      budgetingMethod: z.string(),
      objectives: z.array(Objective).min(1),
      alertPolicies: z.array(Free).optional(),
    }),
  ),
  SLI: object(Indicator),
  Service: object(z.strictObject({ description: Description })),
  DataSource: object(
    z.strictObject({ description: Description, type: z.string(), connectionDetails: z.unknown() }),
  ),
  AlertPolicy: object(
    z.strictObject({
      description: Description,
      alertWhenNoData: z.boolean().optional(),
      alertWhenResolved: z.boolean().optional(),
      alertWhenBreaching: z.boolean().optional(),
      conditions: z.array(Free).length(1, "must be a list of exactly one"),
      notificationTargets: z.array(Free).optional(),
    }),
  ),
  AlertCondition: object(
    z.strictObject({
      description: Description,
      severity: z.string(),
      condition: z.strictObject({
        kind: z.string().optional(),
        op: z.enum(["lte", "gte", "lt", "gt"]).optional(),
        threshold: z.number(),
        lookbackWindow: z.string(),
        alertAfter: z.string().optional(),
      }),
    }),
  ),
  AlertNotificationTarget: object(z.strictObject({ description: Description, target: z.string() })),
} satisfies Record<Kind, z.ZodType>;

/**
 * Every document of a text, checked; a list counts as so many documents.
 *
 * @throws {Failure} `bad_request`, with one line per problem
 */
export function readDocuments(text: string): OpenSloDocument[] {
  const parsed = parseAllDocuments(text, { prettyErrors: true });
  const documents = "empty" in parsed ? [] : parsed;
  const flaws = documents.flatMap(({ errors }) => errors.map(({ message }) => message));
  if (flaws.length > 0) refuse(flaws);
  const trees = documents.map((document) => document.toJS() as unknown).filter((tree) => tree !== null); // any value
  if (trees.length === 0) refuse(["there is no document in it"]);
  return trees.flat().map((tree, i) => checkDocument(tree, `document ${i + 1}`));
}

/** The text of documents, one after the other. */
export function renderDocuments(trees: readonly Tree[]): string {
  return trees.map((tree) => stringify(tree, { lineWidth: 110 })).join("---\n");
}

/** Checks an object, of a document of its own or written inside another. @throws {Failure} as `readDocuments` */
export function checkDocument(tree: unknown, where: string): OpenSloDocument {
  if (!isTree(tree)) return refuse([`${where}: must be a mapping`]);
  checkVersion(tree["apiVersion"], where);
  const kind = KINDS.find((known) => known === tree["kind"]);
  if (kind === undefined) return refuse([`${where}: ${unknownKind(tree["kind"])}`]);
  const outcome = SHAPES[kind].safeParse(tree, { reportInput: true });
  const name = isTree(tree["metadata"]) ? String(tree["metadata"]["name"]) : "";
  if (!outcome.success)
    refuse(outcome.error.issues.map((issue) => `${where} (${kind} ${name}): ${lineOf(issue)}`));
  return { kind, name, tree };
}

function checkVersion(version: unknown, where: string): void {
  if (version === "openslo/v1") return;
  const known = OTHER_VERSIONS.find(([pattern]) => pattern.test(String(version)));
  const why = known?.[1] ?? "Waybill reads openslo/v1";
  refuse([`${where}: apiVersion is ${version === undefined ? "missing" : `"${version}"`}: ${why}`]);
}

function unknownKind(kind: unknown): string {
  const meant = nearest(String(kind), KINDS);
  return `unknown kind "${kind}"; ${meant === undefined ? `known: ${KINDS.join(", ")}` : `did you mean "${meant}"?`}`;
}

function lineOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join("/");
  if (issue.code === "unrecognized_keys") return `${[path, issue.keys[0]].join("/")} is not in OpenSLO v1`;
  return `${path} ${issue.input === undefined ? "is missing" : issue.message}`;
}

/** @throws {Failure} always */
export function refuse(lines: readonly string[]): never {
  throw new Failure("bad_request", lines.join("\n"));
}
