/**
 * Unclaimed: what a trace holds that belongs to no subject, and why.
 *
 *   Found → [unclaimed] → find as JSON, text and page
 *
 * Pure. Bounded: a trace may hold any number of facts, of any number of services.
 */
import { z } from "@hono/zod-openapi";
import type { Hop } from "../collector/hop.ts";
import type { Definitions } from "../ingest/definitions.ts";
import { keysOf } from "../ingest/keys.ts";
import { Time } from "./answer.ts";
import { plain, renderCount, renderList, renderTime, who } from "./phrase.ts";

/** Services and facts that are named; count. */
const NAMED_MAX = 20;

/** Facts that belong to no subject. */
export const Unclaimed = z
  .object({
    facts: z.int().min(1),
    services: z.array(z.string()).describe(`theirs, in alphabetical order; the first ${NAMED_MAX}`),
    earliest: z
      .array(z.object({ at: Time, service: z.string(), name: z.string() }))
      .describe(`in order of time; the first ${NAMED_MAX}`),
    text: z.string().describe("the same in words"),
  })
  .openapi("Unclaimed");

export type Unclaimed = z.infer<typeof Unclaimed>;

/** What is said of facts that belong to no subject; undefined when there are none. @param hops  in order of time */
export function unclaimedOf(hops: readonly Hop[], { keys }: Definitions): Unclaimed | undefined {
  if (hops.length === 0) return undefined;
  const services = [...new Set(hops.map(({ service }) => service))].sort();
  const isKeyed = hops.some((hop) => keysOf(hop, keys).size > 0);
  const carry = hops.length === 1 ? "carries" : "carry";
  const missing = isKeyed ? "no key that leads to a journey" : "no declared key";
  return {
    facts: hops.length,
    services: services.slice(0, NAMED_MAX),
    earliest: hops
      .slice(0, NAMED_MAX)
      .map(({ atNs, service, name }) => ({ at: renderTime(atNs), service, name })),
    text: `${renderCount(hops.length, "fact")} of ${renderList(services.map(who))} in this trace ${carry} ${missing}`,
  };
}

/** Them for a terminal, a fact a line. */
export function renderEarliest({ facts, earliest }: Unclaimed): string[] {
  const rest = facts - earliest.length;
  return [
    ...earliest.map(({ at, service, name }) => `  ${at.slice(0, 23)}Z  ${who(service)}  ${plain(name)}`),
    ...(rest === 0 ? [] : [`  and ${rest} more`]),
  ];
}
