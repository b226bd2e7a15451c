/**
 * Sender: the process that sends a plan.
 *
 *   plan → [sender] → HTTP; acks, latencies, its own CPU → load.ts
 *
 * Its own process, so that its CPU is told apart and its garbage collections are not the service's. Sends again what
 * was answered 503, as an OTLP exporter does. With a rate, latency counts from when a request was due, not from when a
 * connection was free for it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Bodies, type Body } from "./bodies.ts";
import { Connection } from "./connection.ts";
import { type Begun, type LoadPlan, requestsOf } from "./plan.ts";

/** What became of a plan. */
export interface Sent {
  readonly waves: number;
  /** answered 200 */
  readonly spans: number;
  readonly requests: number;
  /** as sent, compressed */
  readonly bytes: number;
  /** answered 503 and sent again; requests */
  readonly refused: number;
  /** from the first request to the last ack; s */
  readonly seconds: number;
  /** of every request that was acked, from due (with a rate) or sent (without) to acked; ms */
  readonly latencies: readonly number[];
  /** CPU of the sending process; s */
  readonly cpuSeconds: number;
}

/** What the sender says while it sends. */
export type FromSender =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly spans: number; readonly refused: number }
  | { readonly kind: "done"; readonly sent: Sent }
  | { readonly kind: "failed"; readonly text: string };

/** Totals in the making. */
interface Totals {
  spans: number;
  requests: number;
  bytes: number;
  refused: number;
  readonly latencies: number[];
}

interface Job {
  readonly body: Body;
  readonly dueMs: number;
}

/** Sends a plan to its end. */
export async function send(plan: LoadPlan, tell: (message: FromSender) => void): Promise<Sent> {
  const bodies = new Bodies(plan.encoding);
  const begun: Begun = { waves: 0 };
  const totals: Totals = { spans: 0, requests: 0, bytes: 0, refused: 0, latencies: [] };
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () => Connection.open(plan.port)),
  );
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const isOver = () => performance.now() - beganMs > plan.seconds * 1000;
  const requests = requestsOf(plan, bodies, { isOver, nowMs: () => Date.now(), begun });
  const next = pacer(plan, requests, beganMs);
  const ticking = setInterval(
    () => tell({ kind: "progress", spans: totals.spans, refused: totals.refused }),
    1000,
  );
  const posting = { path: "/v1/traces", contentType: bodies.contentType };
  const drain = async (connection: Connection): Promise<void> => {
    for (let job = next(); job !== null; job = next()) {
      const waitMs = job.dueMs - performance.now();
      if (waitMs > 1) await sleep(waitMs);
      await deliver(connection, { job, posting, totals });
    }
  };
  await Promise.all(connections.map(drain)).finally(() => {
    clearInterval(ticking);
    for (const connection of connections) connection.close();
  });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - beganMs) / 1000;
  return { ...totals, waves: begun.waves, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Hands out requests in order, each with when it is due. */
function pacer({ spansPerSecond }: LoadPlan, requests: Generator<Body>, beganMs: number): () => Job | null {
  let spans = 0;
  return () => {
    const { value, done } = requests.next();
    if (done) return null;
    const dueMs = spansPerSecond === null ? performance.now() : beganMs + (spans / spansPerSecond) * 1000;
    spans += value.spans;
    return { body: value, dueMs };
  };
}

interface Delivering {
  readonly job: Job;
  readonly posting: { readonly path: string; readonly contentType: string };
  readonly totals: Totals;
}

async function deliver(connection: Connection, { job, posting, totals }: Delivering): Promise<void> {
  const { bytes, spans } = job.body;
  for (;;) {
    const { status, retryAfterMs } = await connection.post(posting, bytes);
    if (status === 200) break;
    if (status !== 503) throw new Error(`the service answered ${status}`);
    totals.refused += 1;
    await sleep(Math.min(retryAfterMs, 1000) || 100);
  }
  totals.latencies.push(performance.now() - job.dueMs);
  totals.spans += spans;
  totals.requests += 1;
  totals.bytes += bytes.length;
}
