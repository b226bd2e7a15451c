/**
 * Evidence: why a fact belongs to a subject, in words.
 *
 *   Answer → [evidence] → page
 *
 * Pure.
 */
import type { HopView } from "./answer.ts";
import { plain, quote, who } from "./phrase.ts";

type Evidence = HopView["evidence"][number];

/** One reason. `hopById` holds the facts that can be named. */
export function renderEvidence(evidence: Evidence, hopById: ReadonlyMap<string, HopView>): string {
  const key = evidence.key === undefined ? "a key" : plain(evidence.key);
  const through = renderThrough(evidence.through, hopById);
  switch (evidence.rule) {
    case "key":
      return `carries ${key}`;
    case "identifies":
      return `carries ${key}, which belongs to it`;
    case "shared":
      return `carries ${key}, which it shares with others`;
    case "cause":
      return `was caused by ${through}`;
    case "climb":
      return evidence.beside ? `has a common cause with ${through}` : `led to ${through}`;
    case "trace":
      return "is in its trace; what it belonged to never arrived";
  }
}

function renderThrough(id: string | undefined, hopById: ReadonlyMap<string, HopView>): string {
  const hop = id === undefined ? undefined : hopById.get(id);
  if (hop === undefined) return "another fact of it";
  return hop.name === "" ? `a log line in ${who(hop.service)}` : `${quote(hop.name)} in ${who(hop.service)}`;
}
