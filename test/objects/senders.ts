/**
 * Senders: several clients at once that post a list of bodies, and post again what was not acked.
 *
 *   hops → shuffled, twice → requests → [senders] → acked
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Hop } from "../../collector/hop.ts";
import { type Body, bodiesOf } from "../ingest/deliveries.ts";
import { shuffled } from "../ingest/world.ts";

const HOPS_A_REQUEST = 200;
const RETRY_MS = 50;

/** Every hop twice, in any order, in requests of some two hundred hops. */
export function requestsOf(hops: readonly Hop[], seed: number): Body[] {
  const all = shuffled([...hops, ...hops], seed);
  const requests: Body[] = [];
  for (let from = 0; from < all.length; from += HOPS_A_REQUEST)
    requests.push(...bodiesOf(all.slice(from, from + HOPS_A_REQUEST)));
  return requests;
}

/** What sending tells while it goes on. */
export interface Sending {
  /** requests acked so far; count */
  acked: number;
}

/** Posts all requests over so many clients; each client has one request under way, and tries it until it is acked. */
export async function sendAll(
  requests: readonly Body[],
  { clients, targets, sending }: { clients: number; targets: readonly string[]; sending: Sending },
): Promise<void> {
  let next = 0;
  const client = async () => {
    for (let at = next++; at < requests.length; at = next++) {
      const request = requests[at];
      const target = targets[at % targets.length];
      if (request === undefined || target === undefined) return;
      while (!(await isAcked(target, request))) await sleep(RETRY_MS);
      sending.acked++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** @throws {Error} when the request was refused for good: that is a mistake of the test */
async function isAcked(target: string, { signal, contentType, bytes }: Body): Promise<boolean> {
  const headers = { "content-type": contentType };
  const response = await fetch(`${target}/v1/${signal}`, { method: "POST", headers, body: bytes }).catch(
    () => null,
  );
  // Killed in the middle of its answer, it has not said that it took it.
  const text = await response?.text().catch(() => null);
  if (response === null || text === null || text === undefined || response.status === 503) return false;
  if (!response.ok || text.includes("partialSuccess")) throw new Error(`${response.status}: ${text}`);
  return true;
}
