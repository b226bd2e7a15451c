/**
 * Rows: definitions that a generated world keeps busy, and the rows that a reader would fold from all its hops.
 *
 * Three kinds of subjects, of which two also stand in for orders; milestones with and without keys of their own; an
 * allowance so short that some successes are late; failures before and after, and compensations that exclude.
 */
import type { Hop } from "../../collector/hop.ts";
import { journeysBlock } from "../../ingest/blocks.ts";
import type { Definition, Definitions } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import { graphOf } from "../../ingest/graph.ts";
import type { Journey } from "../../ingest/journey.ts";
import { stitch } from "../../ingest/stitch.ts";
import { at, CREATE_ORDER, DEFINITIONS, KINDS, pattern, step } from "./build.ts";

const ORDER: Definition = {
  ...CREATE_ORDER,
  entry: [{ span: pattern("gateway") }],
  steps: [
    step("page", { match: [{ span: pattern("page") }] }),
    step("added", { optional: true }),
    step("placed"),
    step("told", { match: [{ cloudevent: pattern("com.shop.test") }], optional: true }),
    step("shipped"),
  ],
  start: "page",
  fails: [{ event: pattern("rejected") }],
  compensation: "exclude",
  timeoutMs: 600,
};
const HANDLING: Definition = {
  ...ORDER,
  name: "handling",
  subject: "item.id",
  steps: [step("picked"), step("weighed")],
  start: "picked",
  succeeds: "weighed",
  entry: [],
};
const CHECKOUT: Definition = {
  ...ORDER,
  name: "checkout",
  subject: "correlation.id",
  steps: [step("added"), step("checked out"), step("paid")],
  start: "added",
  succeeds: "paid",
  entry: [],
};

/** Orders, what is done with their items, and checkouts. */
export const BUSY: Definitions = {
  ...DEFINITIONS,
  journeys: [ORDER, HANDLING, CHECKOUT],
  tags: new Map([["checkout", ["correlation.id"]]]),
};

/** Orders alone: most of them are told from memory. */
export const PLAIN: Definitions = { ...BUSY, journeys: [ORDER] };

/** One name for a journey's rows. */
export function nameOf({ definition, subject }: Pick<Journey, "definition" | "subject">): string {
  return `${definition} ${subject.kind}=${subject.id}`;
}

/** Every journey of some definitions that there is at a moment (ns since 1970 UTC), told from all hops at once. */
export function readIn(hops: readonly Hop[], nowNs: bigint, { journeys, tags } = BUSY): Journey[] {
  return journeys.flatMap((definition) => {
    const options = { kinds: KINDS, subjectKind: definition.subject, hubSubjects: 100 };
    return [...stitch(graphOf(hops, KINDS), options)].flatMap(([name, members]) => {
      const subject = { kind: name.slice(0, name.indexOf("=")), id: name.slice(name.indexOf("=") + 1) };
      const own = members.map(({ hop }) => hop);
      return fold({ definition, subject, hops: own, tags }, nowNs) ?? [];
    });
  });
}

/** All that the table has of a journey, but the version: every column, as it is written. */
export function columnsOf(journey: Journey): string {
  return Buffer.from(journeysBlock("t", [journey], 0n)).toString("latin1");
}

/** An hour after the worlds begin; ns since 1970 UTC. */
export const HOUR_LATER_NS = at(3_600_000);
