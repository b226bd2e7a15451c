/**
 * Landing thread: takes deliveries in, in a thread of its own.
 *
 *   own_thread.ts → [this thread] ⇄ the rest of the service
 *
 * Begins as soon as it is imported, and ends when its port is closed.
 */
import { workerData } from "node:worker_threads";
import { openTracing } from "../collector/open_traces.ts";
import { startLanding } from "../ingest/landing/landing.ts";
import type { ThreadStart } from "./own_thread.ts";

const { port, start, telemetry, ports } = workerData as ThreadStart; // own_thread.ts gives nothing else

startLanding(port, start, {
  now: () => Date.now(),
  openTracing: (warn) => openTracing({ telemetry, ports, warn }),
});
