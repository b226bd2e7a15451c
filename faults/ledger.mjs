/**
 * Ledger: every id that was sent and every answer that came back; the oracle's only witness.
 *
 *   load → [ledger] → judge
 *
 * A request is settled by the last answer to it. `acked`: 200 or 204. `open`: never answered so, and its items may be
 * found or not. Also keeps what an answer must never be (A3): another 5xx, a 503 without `Retry-After`, a 200 that hides
 * an error.
 */

/** Answers that are final for a sender; none of ours deserves one. */
const FINAL = [400, 413, 415];

/** Whether a status says that all was taken in; CloudEvents are answered 204. */
export function isAck(status) {
  return status === 200 || status === 204;
}

/** Whether a sender is done with a request after this status. */
export function isSettled(status) {
  return isAck(status) || FINAL.includes(status);
}

/** The account of one run. */
export class Ledger {
  /** id → "acked" or "open" */
  items = new Map();
  /** id of a record that has to become a dead letter → the same */
  bad = new Map();
  /** answers by status; 0 is a connection that failed */
  answers = new Map();
  /** in words, at most a few */
  breaches = [];
  latenciesMs = [];

  /** Notes that a request is about to be sent. */
  sending({ ids, bad }) {
    for (const id of ids) if (!this.items.has(id)) this.items.set(id, "open");
    for (const id of bad) if (!this.bad.has(id)) this.bad.set(id, "open");
  }

  /** Notes an answer. `status` 0: none came. */
  answered(request, { status, retryAfter, text, tookMs }) {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    this.latenciesMs.push(tookMs);
    if (isAck(status)) this.ack(request, text);
    else if (status === 429 || status === 503) this.#retryable(status, retryAfter);
    else if (FINAL.includes(status)) this.breach(`${status} to a valid request: ${text.slice(0, 200)}`);
    else if (status !== 0) this.breach(`status ${status}: ${text.slice(0, 200)}`);
  }

  breach(words) {
    if (this.breaches.length < 20) this.breaches.push(words);
  }

  /** How many ids are acked. */
  get acked() {
    let count = 0;
    for (const state of this.items.values()) if (state === "acked") count += 1;
    return count;
  }

  /** The ids acked at this moment. */
  ackedNow() {
    return new Set([...this.items].filter(([, state]) => state === "acked").map(([id]) => id));
  }

  badAckedNow() {
    return new Set([...this.bad].filter(([, state]) => state === "acked").map(([id]) => id));
  }

  /** Notes that a request is taken in, and whether its answer says the truth about what was refused. */
  ack({ ids, bad }, text) {
    this.checkRejected(bad, text);
    for (const id of ids) this.items.set(id, "acked");
    for (const id of bad) this.bad.set(id, "acked");
  }

  checkRejected(bad, text) {
    const rejected = rejectedIn(text);
    if (rejected !== bad.length)
      this.breach(`200 counts ${rejected} rejected instead of ${bad.length}: ${text}`);
  }

  #retryable(status, retryAfter) {
    const seconds = Number(retryAfter ?? Number.NaN);
    if (!(seconds >= 1 && seconds <= 5)) this.breach(`${status} with Retry-After ${retryAfter}`);
  }
}

function rejectedIn(text) {
  if (text === "") return 0;
  const { partialSuccess = {}, rejected } = JSON.parse(text);
  const count = partialSuccess.rejectedSpans ?? partialSuccess.rejectedLogRecords ?? rejected ?? 0;
  return Array.isArray(count) ? count.length : Number(count);
}
