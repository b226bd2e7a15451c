/**
 * Own thread: a landing in a thread of its own.
 *
 *   serve → [own_thread] → landing_thread.ts
 */
import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { NO_TELEMETRY, type Telemetry } from "../collector/telemetry.ts";
import { NO_TRACING } from "../collector/tracing.ts";
import { type Config, portsOf } from "../config.ts";
import type { LandingStart } from "../ingest/landing/words.ts";
import type { OpenLanding } from "../serve.ts";

/** What the thread is given. */
export interface ThreadStart {
  readonly port: MessagePort;
  readonly start: LandingStart;
  readonly telemetry: Telemetry;
  /** where this process listens */
  readonly ports: readonly number[];
}

/** Only a build has it: a thread reads JavaScript. */
const THREAD = new URL("./landing_thread.js", import.meta.url);

/** Landings in threads of their own. What nobody catches there ends the process, as it would here. */
export function inOwnThread(config: Config, telemetry: Telemetry): OpenLanding {
  return (start, { tracing }) => {
    const { port1, port2 } = new MessageChannel();
    // Why there are no spans was said once.
    const sent = tracing === NO_TRACING ? NO_TELEMETRY : telemetry;
    const workerData: ThreadStart = { port: port2, start, telemetry: sent, ports: portsOf(config) };
    const thread = new Worker(THREAD, { workerData, transferList: [port2] });
    const gone = once(thread, "exit").then(() => undefined);
    return { port: port1, gone: () => gone };
  };
}
