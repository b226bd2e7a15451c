/**
 * OpenSLO bundle: one SLO with all that belongs to it, whether it was written inside it or referred to.
 *
 *   documents → [bundle] → import; export → [bundle] → documents
 *
 * Pure. A plain tree, so that two of them can be compared; versions and kinds are left out of it, for they are known.
 */
import { isTree, type Tree } from "./difference.ts";
import { checkDocument, type Kind, type OpenSloDocument, refuse } from "./openslo_documents.ts";

/** `metadata` and `spec` of an object. */
export interface Body {
  readonly metadata: Tree;
  readonly spec: Tree;
}

/** An object that belongs to another: written inside it, or a document of its own that it refers to. */
export interface Member {
  readonly ref: boolean;
  readonly body: Body;
}

/** A notification target may also be known to somebody else only: then it is no more than a name. */
export type Target = Member | { readonly ref: true; readonly name: string };

/** An alert policy with its one condition. */
export interface Policy extends Member {
  readonly condition: Member;
  readonly targets: readonly Target[];
}

/** One SLO and what belongs to it. */
export interface Bundle {
  /** without what stands beside it here */
  readonly slo: Body;
  readonly service?: Body;
  readonly indicator: Member;
  readonly policies: readonly Policy[];
  /** documents that belong to no SLO in particular, by kind and name */
  readonly more: Readonly<Record<string, Body>>;
}

/** How a document is found: `SLI/checkout`. */
type Library = ReadonlyMap<string, OpenSloDocument>;

/** Every SLO of some documents; what nobody refers to goes with the first. @throws {Failure} `bad_request` */
export function bundlesOf(documents: readonly OpenSloDocument[]): Bundle[] {
  const library: Library = new Map(
    documents.map((document) => [`${document.kind}/${document.name}`, document]),
  );
  const slos = documents.filter(({ kind }) => kind === "SLO");
  if (slos.length === 0) refuse(["there is no SLO in it: nothing to import"]);
  const bundles = slos.map((slo) => bundleOf(slo, library));
  const told = new Set(bundles.flatMap((bundle) => documentsOf(bundle).map(keyOf)));
  const rest = documents.filter((document) => !told.has(`${document.kind}/${document.name}`));
  const more = Object.fromEntries(rest.map(({ kind, name, tree }) => [`${kind}/${name}`, bodyOf(tree)]));
  return bundles.map((bundle, i) => (i === 0 ? { ...bundle, more: { ...bundle.more, ...more } } : bundle));
}

function bundleOf({ name, tree }: OpenSloDocument, library: Library): Bundle {
  const where = `SLO ${name}`;
  const { metadata, spec } = bodyOf(tree);
  const { indicator, indicatorRef, alertPolicies, ...rest } = spec;
  if ((indicator === undefined) === (indicatorRef === undefined))
    refuse([`${where}: needs either indicator or indicatorRef`]);
  const owner = { where, library };
  const service = library.get(`Service/${rest["service"]}`);
  const member = memberOf({ kind: "SLI", inline: indicator, ref: indicatorRef }, owner);
  return {
    slo: { metadata, spec: rest },
    ...(service && { service: bodyOf(service.tree) }),
    indicator: member,
    policies: listOf(alertPolicies).map((written) => policyOf(written, owner)),
    more: sourcesOf(member.body, library),
  };
}

interface Owner {
  readonly where: string;
  readonly library: Library;
}

function policyOf(written: Tree, owner: Owner): Policy {
  const policy = memberOf({ kind: "AlertPolicy", inline: written, ref: written["alertPolicyRef"] }, owner);
  const { conditions, notificationTargets, ...spec } = policy.body.spec;
  const [condition = {}] = listOf(conditions);
  return {
    ref: policy.ref,
    body: { metadata: policy.body.metadata, spec },
    condition: memberOf({ kind: "AlertCondition", inline: condition, ref: condition["conditionRef"] }, owner),
    targets: listOf(notificationTargets).map((target) => targetOf(target, owner)),
  };
}

function targetOf(written: Tree, owner: Owner): Target {
  const ref = written["targetRef"];
  if (ref !== undefined && !owner.library.has(`AlertNotificationTarget/${ref}`))
    return { ref: true, name: String(ref) };
  return memberOf({ kind: "AlertNotificationTarget", inline: written, ref }, owner);
}

function memberOf(
  { kind, inline, ref }: { kind: Kind; inline: unknown; ref: unknown },
  owner: Owner,
): Member {
  const { where, library } = owner;
  if (ref === undefined) {
    const tree = isTree(inline) ? inline : {};
    const document = checkDocument({ kind, ...tree, apiVersion: "openslo/v1" }, `${where}, its ${kind}`);
    if (document.kind !== kind) refuse([`${where}: has a ${document.kind} where a ${kind} belongs`]);
    return { ref: false, body: bodyOf(document.tree) };
  }
  const document = library.get(`${kind}/${ref}`);
  if (document === undefined)
    return refuse([`${where}: refers to the ${kind} "${ref}", which is not in the file`]);
  return { ref: true, body: bodyOf(document.tree) };
}

/** The data sources that an indicator refers to, as far as they are known. */
function sourcesOf(indicator: Body, library: Library): Readonly<Record<string, Body>> {
  const names = JSON.stringify(indicator.spec).matchAll(/"metricSourceRef":"([^"]+)"/g);
  const sources = [...names].flatMap(([, name]) => library.get(`DataSource/${name}`) ?? []);
  return Object.fromEntries(sources.map(({ name, tree }) => [`DataSource/${name}`, bodyOf(tree)]));
}

function bodyOf({ metadata, spec }: Tree): Body {
  return { metadata: isTree(metadata) ? metadata : {}, spec: isTree(spec) ? spec : {} };
}

function listOf(written: unknown): Tree[] {
  return Array.isArray(written) ? written.filter(isTree) : [];
}

/** The documents of a bundle, what is referred to before what refers to it. */
export function documentsOf({ slo, service, indicator, policies, more }: Bundle): Tree[] {
  const referred = policies.flatMap(({ ref, body, condition, targets }) => [
    ...(condition.ref ? [documentOf("AlertCondition", condition.body)] : []),
    ...targets.flatMap((target) =>
      target.ref && "body" in target ? [documentOf("AlertNotificationTarget", target.body)] : [],
    ),
    ...(ref ? [documentOf("AlertPolicy", withMembers(body, condition, targets))] : []),
  ]);
  const spec = {
    ...slo.spec,
    ...(indicator.ref ? { indicatorRef: indicator.body.metadata["name"] } : { indicator: indicator.body }),
    ...(policies.length > 0 && { alertPolicies: policies.map(writtenPolicy) }),
  };
  return [
    ...(service ? [documentOf("Service", service)] : []),
    ...Object.entries(more).map(([key, body]) => documentOf(key.split("/")[0] ?? "", body)),
    ...(indicator.ref ? [documentOf("SLI", indicator.body)] : []),
    ...referred,
    documentOf("SLO", { metadata: slo.metadata, spec }),
  ];
}

function writtenPolicy({ ref, body, condition, targets }: Policy): Tree {
  if (ref) return { alertPolicyRef: body.metadata["name"] };
  return { kind: "AlertPolicy", ...withMembers(body, condition, targets) };
}

function withMembers({ metadata, spec }: Body, condition: Member, targets: readonly Target[]): Body {
  const written = {
    ...spec,
    conditions: [
      condition.ref
        ? { conditionRef: condition.body.metadata["name"] }
        : { kind: "AlertCondition", ...condition.body },
    ],
    ...(targets.length > 0 && { notificationTargets: targets.map(writtenTarget) }),
  };
  return { metadata, spec: written };
}

function writtenTarget(target: Target): Tree {
  if (!("body" in target)) return { targetRef: target.name };
  if (target.ref) return { targetRef: target.body.metadata["name"] };
  return { kind: "AlertNotificationTarget", ...target.body };
}

function documentOf(kind: string, { metadata, spec }: Body): Tree {
  return { apiVersion: "openslo/v1", kind, metadata, spec };
}

/** How a document is found among others. */
export function keyOf({ kind, metadata }: Tree): string {
  return `${kind}/${isTree(metadata) ? metadata["name"] : ""}`;
}
