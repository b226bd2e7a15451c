/**
 * Open traces: own spans if somebody wants them, and not sent to ourselves.
 *
 *   telemetry → [open_traces] → own_traces.ts, loaded only when it is needed
 */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { Telemetry } from "./telemetry.ts";
import { NO_TRACING, type Tracing } from "./tracing.ts";

/** What has to be known. */
export interface Wanted {
  readonly telemetry: Telemetry;
  /** where this process listens */
  readonly ports: readonly number[];
  readonly warn: (text: string) => void;
}

/** Tracing, and the way to end it: what waits is sent. */
export interface Opened {
  readonly tracing: Tracing;
  readonly close: () => Promise<void>;
}

/** Never fails: whatever keeps spans from being made or sent is told and left at that. */
export async function openTracing({ telemetry, ports, warn }: Wanted): Promise<Opened> {
  const { endpoint } = telemetry;
  const why = endpoint === null ? telemetry.why : await whyNot(endpoint, ports);
  if (why !== null) warn(why);
  if (endpoint === null || why !== null) return { tracing: NO_TRACING, close: async () => undefined };
  const { openOwnTraces } = await import("./own_traces.ts");
  const own = openOwnTraces(endpoint, warn);
  return { tracing: own, close: own.close };
}

/** Why spans must not go there; null when they may. A name that is not known yet may: the exporter will find out. */
async function whyNot(endpoint: string, ownPorts: readonly number[]): Promise<string | null> {
  const { hostname, port, protocol, origin } = new URL(endpoint);
  if (!ownPorts.includes(Number(port || (protocol === "https:" ? 443 : 80)))) return null;
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  const own = ownAddresses();
  if (!addresses.some(({ address }) => isLoopback(address) || own.has(address))) return null;
  return `Own traces are off: ${origin} is this process itself; send them to another one.`;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || ["::1", "::", "0.0.0.0"].includes(address);
}

function ownAddresses(): Set<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
  );
}
