/**
 * Facts: F15, facts told again and again; F16, facts told in the wrong order; F17, facts of times that cannot be.
 */
import { partsOf } from "../judge.mjs";
import { post } from "../load.mjs";
import { answerTo, nowNs, spanOf, spansBody, tell } from "../spans.mjs";
import { requestOf } from "../traffic.mjs";
import { heals, rowOf, trial, verdictOf, whereOf } from "../trial.mjs";

const MINUTE_NS = 60_000_000_000n;
const DAY_NS = 1_440n * MINUTE_NS;
const YEAR_NS = 365n * DAY_NS;

/** F15. */
export async function toldTwice({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    for (let n = 0; n < moments; n++) {
      await sameRequest(world, n);
      await sameSpan(world, n);
    }
    world.healMs.push(await heals(world));
    world.verdict = await verdictOf(world);
  });
  return rowOf("F15 duplicates", world, world.verdict);
}

/** The same bytes three times, then after a restart once more. */
async function sameRequest({ service, ledger, run }, n) {
  for (const part of ["p", "s"]) {
    const request = requestOf(run, { block: n, part, nowMs: Date.now() });
    ledger.sending(request);
    for (let time = 0; time < 4; time++) {
      if (time === 3) {
        await service.kill();
        await service.start();
      }
      ledger.answered(request, await post(service.otlp, request));
    }
  }
}

/** One span in two requests is one hop; with other content it is two versions, of which the answer shows both. */
async function sameSpan(world, n) {
  const { service, ledger, run } = world;
  const order = `D-${run}-${n}`;
  const at = nowNs();
  const about = { attributes: { "order.id": order } };
  const span = spanOf({ name: "place", trace: order, span: "1", at, ...about });
  const shipped = spanOf({ name: "ship", trace: order, span: "2", at: at + 5n, ...about });
  await tell(service, [span, shipped]);
  await tell(service, [span, spanOf({ name: "pack", trace: order, span: "3", at: at + 2n, ...about })]);
  expectHops(ledger, await answerTo(service, order), 3);
  const other = { ...span, endTimeUnixNano: String(at + 2_000_000n) };
  await tell(service, [other]);
  const first = await answerTo(service, order);
  await service.kill();
  await service.start();
  await service.ready();
  const second = await answerTo(service, order);
  const shown = (answer) => JSON.stringify(answer?.hops.map(({ id, durationMs }) => [id, durationMs]).sort());
  if (shown(first) !== shown(second)) ledger.breach(`other content: ${shown(first)}, then ${shown(second)}`);
  world.notes.push(`a span with other content: ${first?.hops.length - 2} hops`);
  if (first?.journeys[0]?.state !== "succeeded") ledger.breach(`it is ${first?.journeys[0]?.state}`);
  world.moments += 1;
}

function expectHops(ledger, answer, count) {
  if (answer?.hops.length !== count) ledger.breach(`${answer?.hops.length} hops instead of ${count}`);
}

/** F16. */
export async function outOfOrder({ moments }) {
  const world = await trial({}, async (world) => {
    await world.service.start();
    for (let n = 0; n < moments; n++) await shuffled(world, n);
    world.healMs.push(await heals(world));
    world.verdict = await verdictOf(world);
  });
  return rowOf("F16 out of order", world, world.verdict);
}

/**
 * A child before its parent, an alias after what it stands for, a fact of 40 days ago: told in order and in reverse,
 * each fact in a request of its own, the answers are the same.
 */
async function shuffled(world, n) {
  const { service, ledger, run } = world;
  const answers = [];
  for (const how of ["in order", "reversed"]) {
    const order = `R-${run}-${n}-${how.length}`;
    const facts = factsOf(order, nowNs());
    for (const span of how === "in order" ? facts : facts.reverse()) {
      const rejected = await tell(service, [span]);
      if (rejected > 0) ledger.breach(`${how}: a fact was rejected`);
    }
    answers.push(await answerTo(service, order));
  }
  const [inOrder, reversed] = answers.map(outlineOf);
  if (inOrder !== reversed) ledger.breach(`in order ${inOrder}, reversed ${reversed}`);
  expectHops(ledger, answers[0], 5);
  world.moments += 1;
}

function factsOf(order, now) {
  const about = { "order.id": order };
  const alias = { "correlation.id": `c-${order}` };
  const began = now - 40n * DAY_NS;
  return [
    spanOf({ name: "place", trace: order, span: "1", at: began, attributes: about }),
    spanOf({ name: "reserve", trace: order, span: "2", parent: "1", at: began + MINUTE_NS }),
    spanOf({ name: "note", trace: `${order} b`, span: "3", at: began + 2n * MINUTE_NS, attributes: alias }),
    spanOf({
      name: "name",
      trace: `${order} c`,
      span: "4",
      at: began + 3n * MINUTE_NS,
      attributes: { ...about, ...alias },
    }),
    spanOf({ name: "ship", trace: `${order} d`, span: "5", at: began + 10n * MINUTE_NS, attributes: about }),
  ];
}

function outlineOf(answer) {
  const journey = answer?.journeys[0];
  return JSON.stringify([
    journey?.state,
    journey?.steps.map(({ name, state }) => `${name} ${state}`),
    answer?.hops.map(({ name, evidence }) => `${name} ${evidence.map(({ rule }) => rule)}`),
  ]);
}

/** Times in nanoseconds, and whether they may be taken in. */
const TIMES = [
  { name: "0", at: 0n, isIn: false },
  { name: "1948", at: 2n ** 64n - 22n * YEAR_NS, isIn: false },
  { name: "2^63-1", at: 2n ** 63n - 1n, isIn: false },
  { name: "2^64-1", at: 2n ** 64n - 1n, end: 2n ** 64n - 1n, isIn: false },
  { name: "in ten years", at: nowNs() + 10n * YEAR_NS, isIn: false },
  { name: "two years ago", at: nowNs() - 2n * YEAR_NS, isIn: false },
  { name: "end before start", at: nowNs(), end: nowNs() - MINUTE_NS, isIn: true },
  { name: "forty days ago", at: nowNs() - 40n * DAY_NS, isIn: true },
];

/** F17. */
export async function farTimes({ moments }) {
  const world = await trial({}, async (world) => {
    const { service, ledger } = world;
    await service.start();
    for (let n = 0; n < moments; n++) {
      for (const time of TIMES) await toldOf(world, time, n);
      await manyTimes(world);
    }
    const page = await fetch(`${service.api}/`, { headers: { accept: "text/html" } });
    if (!page.ok) ledger.breach(`the page says ${page.status}`);
    world.healMs.push(await heals(world));
    world.verdict = await verdictOf(world);
    const { partitions } = await partsOf(whereOf(world), "hops");
    world.notes.push(`${partitions} partitions of hops`);
    if (partitions > 4) ledger.breach(`${partitions} partitions of hops`);
  });
  return rowOf("F17 far times", world, world.verdict);
}

async function toldOf({ service, ledger, run }, { name, at, end, isIn }, n) {
  const order = `T-${run}-${n}-${name}`;
  const countedBefore = await rejectedBy(service);
  const rejected = await tell(service, [
    spanOf({ name: "place", at, end, attributes: { "order.id": order } }),
  ]);
  const counted = (await rejectedBy(service)) - countedBefore;
  if (rejected !== (isIn ? 0 : 1)) ledger.breach(`${name}: ${rejected} rejected`);
  if (counted !== rejected) ledger.breach(`${name}: ${counted} counted as rejected`);
  const answer = await answerTo(service, order);
  if ((answer !== null) !== isIn) ledger.breach(`${name}: ${answer === null ? "no answer" : "an answer"}`);
  if (isIn && answer?.hops.some(({ durationMs }) => durationMs < 0))
    ledger.breach(`${name}: a negative duration`);
}

async function rejectedBy(service) {
  const metrics = await service.metrics();
  const names = [...metrics.keys()].filter((name) => name.startsWith("waybill_receiver_failed_spans_total{"));
  return names.reduce((sum, name) => sum + metrics.get(name), 0);
}

/** A thousand moments of as many years, in one request: it may cost dead letters, never partitions. */
async function manyTimes(world) {
  const spans = Array.from({ length: 1_000 }, (_, n) =>
    spanOf({
      name: "place",
      at: BigInt(n) * 400n * DAY_NS * 23n,
      attributes: { "order.id": `M-${world.run}-${n}` },
    }),
  );
  const body = Buffer.from(JSON.stringify(spansBody(spans)));
  const request = { path: "/v1/traces", headers: { "content-type": "application/json" }, body };
  const { status } = await post(world.service.otlp, request);
  if (status !== 200 && status !== 400) world.ledger.breach(`a thousand times: ${status}`);
  world.moments += 1;
}
