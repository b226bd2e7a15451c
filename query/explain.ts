/**
 * Explain: derives every membership of an answer again, from nothing but the answer.
 *
 *   Answer (with `explain=1`) → [explain] → verdicts → story, page, command line
 *
 * Pure, and on purpose not stitch.ts: it knows keys, parents, links and messages only as the answer shows them, so an
 * answer that was made up, or a rule that was applied wrongly, does not pass. `open` is what an answer alone cannot show:
 * a path through a fact of somebody else, or one on another page.
 */
import { append } from "../group.ts";
import type { Answer, HopView } from "./answer.ts";
import { renderEvidence } from "./evidence.ts";
import { plain, renderCount, sentence, who } from "./phrase.ts";

/** Whether what is said of a hop can be derived again. */
export interface Verdict {
  readonly hopId: string;
  readonly verdict: "verified" | "open" | "broken";
  /** what does not hold, or cannot be seen; "" when verified */
  readonly why: string;
}

type Evidence = HopView["evidence"][number];
type Finding = Omit<Verdict, "hopId">;

const VERIFIED: Finding = { verdict: "verified", why: "" };
const KEY_RULES: ReadonlySet<string> = new Set(["key", "identifies", "shared"]);

function broken(why: string): Finding {
  return { verdict: "broken", why };
}

function open(why: string): Finding {
  return { verdict: "open", why };
}

/** One verdict per hop, in the order of the hops. */
export function explain(answer: Answer): Verdict[] {
  const web = webOf(answer);
  return answer.hops.map((hop) => ({ hopId: hop.id, ...judge(hop, web) }));
}

/** The facts of an answer, and who caused whom as far as it says. */
interface Web {
  readonly answer: Answer;
  readonly byId: ReadonlyMap<string, HopView>;
  readonly bySpan: ReadonlyMap<string, HopView>;
  readonly bySent: ReadonlyMap<string, readonly HopView[]>;
  readonly byEvent: ReadonlyMap<string, readonly HopView[]>;
  readonly effects: ReadonlyMap<HopView, readonly HopView[]>;
}

function webOf(answer: Answer): Web {
  const { hops } = answer;
  const spans = hops.filter(({ kind }) => kind === "span");
  const known = {
    answer,
    byId: new Map(hops.map((hop) => [hop.id, hop])),
    bySpan: new Map(spans.map((hop) => [hop.traceId + hop.spanId, hop])),
    bySent: listed(hops, (hop) => hop.carriers?.sent ?? []),
    byEvent: listed(hops, (hop) => (hop.carriers?.eventId ? [hop.carriers.eventId] : [])),
  };
  const effects = new Map<HopView, HopView[]>();
  for (const hop of hops)
    for (const cause of causesOf(hop, { ...known, effects }).here) append(effects, cause, hop);
  return { ...known, effects };
}

function listed(
  hops: readonly HopView[],
  keysOf: (hop: HopView) => readonly string[],
): ReadonlyMap<string, readonly HopView[]> {
  const lists = new Map<string, HopView[]>();
  for (const hop of hops) for (const key of keysOf(hop)) append(lists, key, hop);
  return lists;
}

interface Causes {
  readonly here: readonly HopView[];
  /** the span around it is named, and not among the facts of this answer */
  readonly lostParent: boolean;
}

/** Parent, links, senders of its messages, the event behind it: what a hop names as its causes. */
function causesOf(hop: HopView, { bySpan, bySent, byEvent }: Web): Causes {
  const around = spanAround(hop);
  const { links = [], received = [], causationId = "" } = hop.carriers ?? {};
  const parent = around === "" ? undefined : bySpan.get(around);
  const named = [
    parent,
    ...links.map((link) => bySpan.get(link)),
    ...received.flatMap((message) => bySent.get(message) ?? []),
    ...(causationId === "" ? [] : (byEvent.get(causationId) ?? [])),
  ];
  const here = named.flatMap((cause) => (cause === undefined || cause === hop ? [] : [cause]));
  return { here, lostParent: around !== "" && parent === undefined };
}

/** The span that a hop says it happened in, "" when it names none. */
function spanAround(hop: HopView): string {
  const span = hop.kind === "log" ? hop.spanId : hop.parentId;
  return span === "" ? "" : hop.traceId + span;
}

function judge(hop: HopView, web: Web): Finding {
  const findings = hop.evidence.map((evidence) => judgeOne(hop, evidence, web));
  const worst = findings.find(({ verdict }) => verdict === "broken");
  return (
    worst ??
    findings.find(({ verdict }) => verdict === "open") ??
    findings[0] ??
    broken("It gives no reason.")
  );
}

function judgeOne(hop: HopView, evidence: Evidence, web: Web): Finding {
  if (evidence.rule === "key") return judgeKey(hop, evidence, web);
  const through = web.byId.get(evidence.through ?? "");
  if (through === undefined) {
    const why = "The fact it came through is not here.";
    return web.answer.nextCursor === undefined ? broken(why) : open(why);
  }
  switch (evidence.rule) {
    case "identifies":
    case "shared":
      return judgeChain(hop, evidence, through);
    case "cause":
      return judgeCause(hop, through, web);
    case "climb":
      return evidence.beside ? judgeCousin(hop, through, web) : judgeClimb(hop, through, web);
    case "trace":
      return judgeTrace(hop, through, web);
  }
}

function judgeKey(hop: HopView, { key }: Evidence, { answer: { subject } }: Web): Finding {
  if (key !== `${subject.kind}=${subject.id}`)
    return broken(`${shown(key)} is not what this answer is about.`);
  return carries(hop, key) ? VERIFIED : broken(`It does not carry ${shown(key)}.`);
}

/** The key is on both, and the other one belongs here by a more authoritative key of its own. */
function judgeChain(hop: HopView, { key = "" }: Evidence, through: HopView): Finding {
  if (!carries(hop, key)) return broken(`It does not carry ${shown(key)}.`);
  if (!carries(through, key)) return broken(`${nameOf(through)} does not carry ${shown(key)}.`);
  const kinds = Object.keys(through.keys);
  const isStronger = through.evidence.some(
    (each) =>
      KEY_RULES.has(each.rule) &&
      kinds.indexOf(kindOf(each.key)) >= 0 &&
      kinds.indexOf(kindOf(each.key)) < kinds.indexOf(kindOf(key)),
  );
  return isStronger
    ? VERIFIED
    : broken(`${nameOf(through)} does not belong here by a more authoritative key.`);
}

function judgeCause(hop: HopView, through: HopView, web: Web): Finding {
  const { reached, leaves } = above(hop, web);
  if (!reached.has(through)) return notReached(leaves, `Nothing it names leads to ${nameOf(through)}.`);
  const isDirect = causesOf(hop, web).here.includes(through);
  if (belongsByKey(through) || isDirect) return VERIFIED;
  return broken(`${nameOf(through)} has no key of its own that would bring others here.`);
}

function judgeClimb(hop: HopView, through: HopView, web: Web): Finding {
  if (!belongsByKey(through))
    return broken(`${nameOf(through)} has no key of its own that would bring others here.`);
  return below([hop], web).has(through) ? VERIFIED : broken(`${nameOf(through)} is not below it.`);
}

function judgeCousin(hop: HopView, through: HopView, web: Web): Finding {
  if (!belongsByKey(through))
    return broken(`${nameOf(through)} has no key of its own that would bring others here.`);
  const { reached, leaves } = above(hop, web);
  if (below(reached, web).has(through)) return VERIFIED;
  return notReached(leaves, `${nameOf(through)} is not below anything above it.`);
}

/** These, and everything that they led to. */
function below(from: Iterable<HopView>, web: Web): ReadonlySet<HopView> {
  const reached = new Set(from);
  for (const each of reached) for (const effect of web.effects.get(each) ?? []) reached.add(effect);
  return reached;
}

function judgeTrace(hop: HopView, through: HopView, web: Web): Finding {
  if (hop.traceId === "" || hop.traceId !== through.traceId)
    return broken(`${nameOf(through)} is not of its trace.`);
  if (through.evidence.some(({ rule }) => rule === "trace"))
    return broken(`${nameOf(through)} is only here by its trace, too.`);
  return isTorn(hop, web) ? VERIFIED : broken("Every span around it is here, so its trace has no say.");
}

/** Whether it, or a span around it, names a span that is not here. A log or event of a trace may name none at all. */
function isTorn(hop: HopView, { bySpan }: Web): boolean {
  const seen = new Set<HopView>();
  let at: HopView | undefined = hop;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    const around = spanAround(at);
    if (around === "") return at.kind !== "span";
    at = bySpan.get(around);
  }
  return at === undefined;
}

interface Above {
  readonly reached: ReadonlySet<HopView>;
  /** whether some way up leads to a fact that is not in this answer */
  readonly leaves: boolean;
}

/**
 * Everything that a hop's causes lead to. A fact on the way belongs where the way leads, so it is here, with one
 * exception: a hop with messages of its own passes its batch by, and the batch may be somebody else's.
 */
function above(hop: HopView, web: Web): Above {
  const reached = new Set<HopView>();
  let leaves = false;
  const queue = [{ at: hop, passing: false }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { at } = next;
    const { links = [], received = [] } = at.carriers ?? {};
    const passing = next.passing || links.length + received.length > 0;
    const { here, lostParent } = causesOf(at, web);
    leaves ||= lostParent && passing;
    const news = here.filter((cause) => !reached.has(cause));
    for (const cause of news) reached.add(cause);
    queue.push(...news.map((cause) => ({ at: cause, passing })));
  }
  return { reached, leaves };
}

/** A way may lead through facts of somebody else: then this answer cannot show it, and does not say the contrary. */
function notReached(leaves: boolean, why: string): Finding {
  return leaves ? open("A way up leads out of this answer.") : broken(why);
}

function belongsByKey(hop: HopView): boolean {
  return hop.evidence.some(({ rule }) => KEY_RULES.has(rule));
}

function carries({ keys }: HopView, key = ""): boolean {
  const kind = kindOf(key);
  return Object.hasOwn(keys, kind) && (keys[kind] ?? []).includes(key.slice(kind.length + 1));
}

function kindOf(key = ""): string {
  return key.slice(0, Math.max(0, key.indexOf("=")));
}

function shown(key = ""): string {
  return plain(key) || "a key";
}

function nameOf({ service, name }: HopView): string {
  return `${who(service)} ${plain(name)}`.trim();
}

/** The hops with their reasons and verdicts, a line each, and how many hold. */
export function renderExplanation(answer: Answer, verdicts: readonly Verdict[] = explain(answer)): string[] {
  const hopById = new Map(answer.hops.map((hop) => [hop.id, hop]));
  const lines = answer.hops.map((hop, at) => {
    const reasons = hop.evidence.map((each) => renderEvidence(each, hopById)).join("; ");
    const { verdict, why } = verdicts[at] ?? broken("It was not looked at.");
    const note = verdict === "verified" ? "verified" : `${WORDS[verdict]}: ${why}`;
    return `${hop.at}  ${nameOf(hop)}: ${sentence(reasons || "no reason")} [${note}]`;
  });
  return [...lines, summaryOf(verdicts)];
}

const WORDS = { open: "cannot be shown", broken: "DOES NOT HOLD" } as const;

/** How many memberships hold, in a sentence. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict["verdict"]) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  const parts = [`${count("verified")} of ${renderCount(verdicts.length, "fact")} verified`];
  if (count("open") > 0) parts.push(`${count("open")} cannot be shown from this answer alone`);
  if (count("broken") > 0) parts.push(`${count("broken")} do not hold`);
  return `${parts.join(", ")}.`;
}
