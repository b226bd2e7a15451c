/**
 * Load: a few senders that behave as OTLP exporters do, and never give up while the run lasts.
 *
 *   traffic → [load] → Waybill → ledger
 *
 * A request that fails, or is answered 503, is sent again with the very same bytes: what a lost answer makes of an
 * exporter. Every fifth block is sent twice although it was acknowledged.
 */
import { request as open } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isSettled } from "./ledger.mjs";
import { requestOf } from "./traffic.mjs";

/** Longer than the receiver may think about a request. */
const PATIENCE_MS = 30_000;

/** Starts senders. `everyMs` is the pause of each between two requests, `first` the number of the first block. */
export function startLoad({
  otlp,
  ledger,
  run,
  senders = 3,
  everyMs = 5,
  patienceMs = PATIENCE_MS,
  first = 0,
}) {
  const state = { otlp, isStopped: false, isPaused: false, next: first, patienceMs };
  const work = Array.from({ length: senders }, () => sendForever(state, { ledger, run, everyMs }));
  return {
    get blocks() {
      return state.next;
    },
    pause: () => {
      state.isPaused = true;
    },
    resume: () => {
      state.isPaused = false;
    },
    /** Lets every request end and be answered 200, or gives up on it after so long. */
    stop: async (graceMs = 20_000) => {
      state.isStopped = true;
      state.deadlineMs = performance.now() + graceMs;
      await Promise.all(work);
    },
  };
}

async function sendForever(state, { ledger, run, everyMs }) {
  while (!state.isStopped) {
    if (state.isPaused) {
      await sleep(20);
      continue;
    }
    await sendBlock(state, { ledger, run, block: state.next++ });
    await sleep(everyMs);
  }
}

/** Both requests of a block, each until it is acknowledged. */
async function sendBlock(state, { ledger, run, block }) {
  const nowMs = Date.now();
  for (const part of ["p", "s"]) {
    const request = requestOf(run, { block, part, nowMs: nowMs + (part === "s" ? 5 : 0) });
    await deliver(state, request, ledger);
    if (block % 5 === 0) await deliver(state, request, ledger);
  }
}

/** Sends a request until it is settled, or the run is over. `state`: otlp, patienceMs, isStopped, deadlineMs. */
export async function deliver(state, request, ledger) {
  ledger.sending(request);
  for (;;) {
    const answer = await post(state.otlp, request, state.patienceMs);
    ledger.answered(request, answer);
    if (isSettled(answer.status)) return;
    if (state.isStopped && performance.now() > state.deadlineMs) return;
    await sleep(40 + Math.random() * 60);
  }
}

/** One request, one answer; status 0 when none came. */
export function post(origin, { path, headers, body }, patienceMs = PATIENCE_MS) {
  const beganMs = performance.now();
  return new Promise((resolve) => {
    const done = (status, retryAfter, text) =>
      resolve({ status, retryAfter, text, tookMs: performance.now() - beganMs });
    const sent = open(`${origin}${path}`, {
      method: "POST",
      headers: { ...headers, "content-length": body.length },
      timeout: patienceMs,
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer in ${patienceMs} ms`)));
    sent.on("error", (error) => done(0, undefined, error.message));
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", (error) => done(0, undefined, error.message));
      response.on("end", () => done(response.statusCode, response.headers["retry-after"], text));
    });
    sent.end(body);
  });
}
