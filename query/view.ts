/**
 * View: what is known, in the shape in which it is answered.
 *
 *   gather → stitch → fold → Told → [view] → JSON, page, command line
 *
 * Pure. Decides nothing.
 */
import type { Hop } from "../collector/hop.ts";
import { causationOf, messagesOf } from "../ingest/carriers.ts";
import type { Definitions } from "../ingest/definitions.ts";
import { durationMsOf } from "../ingest/facts.ts";
import type { Journey, SeenByCaller } from "../ingest/journey.ts";
import type { Member, Related, Told } from "../ingest/told.ts";
import { subjectPath } from "./address.ts";
import type { Answer, HopView, JourneyView, RelatedView } from "./answer.ts";
import { firstSeen } from "./caller.ts";
import { explain } from "./explain.ts";
import { HOPS_MAX, type HopPage, hopPageOf } from "./hop_page.ts";
import { openTelling } from "./line.ts";
import { elapsedMs, plain, renderTime } from "./phrase.ts";
import { renderStory } from "./story.ts";

/** Which hops to show, and how. */
export interface Page extends HopPage {
  /** with what connects the hops, so that every membership can be derived again */
  readonly explain?: boolean | undefined;
}

/**
 * The answer about one subject.
 *
 * @throws {Failure} `bad_request` when the cursor is not one
 */
export function answerOf(told: Told, definitions: Definitions, page: Page = { limit: HOPS_MAX }): Answer {
  const telling = openTelling(told, definitions);
  const seen = firstSeen(telling);
  const { members, nextCursor } = hopPageOf(told.members, page);
  const answer = {
    subject: told.subject,
    asOf: renderTime(told.asOfNs),
    ...renderStory(told, definitions),
    seenByCaller: seen === null ? null : seenView(seen),
    journeys: telling.courses.map(({ journey }) => journeyView(journey, told.asOfNs)),
    hops: members.map((member) => ({
      ...hopView(member),
      ...(page.explain ? { carriers: carriersView(member.hop) } : {}),
    })),
    related: [...movedView(told, definitions), ...told.related.map((each) => relatedView(each, definitions))],
    gaps: told.gaps.map((gap) => ({ ...gap })),
    ...(nextCursor === null ? {} : { nextCursor }),
  };
  return page.explain ? withVerdicts(answer) : answer;
}

function withVerdicts(answer: Answer): Answer {
  const verdicts = explain(answer);
  const hops = answer.hops.map((hop, at) => {
    const { verdict = "open", why = "" } = verdicts[at] ?? {};
    return { ...hop, verdict: { verdict, why } };
  });
  return { ...answer, hops };
}

function carriersView(hop: Hop): NonNullable<HopView["carriers"]> {
  const { sent, received } = messagesOf(hop);
  const event = causationOf(hop);
  return {
    links: hop.links.filter(({ spanId }) => spanId !== "").map(({ traceId, spanId }) => traceId + spanId),
    sent: [...sent],
    received: [...received],
    eventId: event?.eventId ?? "",
    causationId: event?.causationId ?? "",
  };
}

function hopView({ hop, keys, evidence, shared, step, contract }: Member): HopView {
  return {
    id: hop.id,
    kind: hop.kind,
    at: renderTime(hop.atNs),
    endAt: renderTime(hop.endNs),
    durationMs: durationMsOf(hop),
    service: hop.service,
    name: hop.name,
    status: hop.status,
    message: hop.message,
    traceId: hop.traceId,
    spanId: hop.spanId,
    parentId: hop.parentId,
    step,
    keys: Object.fromEntries([...keys].map(([kind, values]) => [kind, [...values]])),
    contract,
    shared,
    evidence: evidence.map((each) => ({ ...each })),
  };
}

function journeyView(journey: Journey, asOfNs: bigint): JourneyView {
  const { next } = journey;
  return {
    definition: journey.definition,
    owner: journey.owner,
    state: journey.state,
    startedAt: renderTime(journey.startedNs),
    endedAt: maybeTime(journey.endedNs),
    durationMs: Math.max(0, elapsedMs(journey.startedNs, journey.endedNs ?? asOfNs)),
    deadline: renderTime(journey.deadlineNs),
    late: journey.late,
    recovered: journey.recovered,
    reason: journey.reason,
    steps: journey.steps.map(({ name, atNs, dueNs, owner, state }) => ({
      name,
      at: maybeTime(atNs),
      dueAt: maybeTime(dueNs),
      owner,
      state,
    })),
    next: next === null ? null : { step: next.step, dueAt: renderTime(next.dueNs), owner: next.owner },
  };
}

function maybeTime(ns: bigint | null): string | null {
  return ns === null ? null : renderTime(ns);
}

function seenView({ atNs, service, name, durationMs, status, error }: SeenByCaller): Answer["seenByCaller"] {
  return { at: renderTime(atNs), service, name, durationMs, status, error };
}

function relatedView({ subject, relation, key }: Related, definitions: Definitions): RelatedView {
  const text = {
    carries: `facts of one carry ${plain(key)}`,
    shares: `both carry ${plain(key)}`,
    conflict: `${plain(key)} was seen with both`,
    "same-hops": "facts of one belong to the other too",
  }[relation];
  return { ...subject, relation, text, url: subjectPath(subject, definitions) };
}

function movedView({ subject, movedTo }: Told, definitions: Definitions): readonly RelatedView[] {
  const text = `everything known of ${plain(subject.id)} is told there`;
  return movedTo.map((home) => ({
    ...home,
    relation: "same-hops",
    text,
    url: subjectPath(home, definitions),
  }));
}
