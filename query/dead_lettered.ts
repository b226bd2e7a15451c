/**
 * Dead-lettered: messages that the senders' own brokers put aside, and whether a journey is stuck because of one.
 *
 *   Told → [dead_lettered] → headline, trouble → story
 *
 * Pure. Not Waybill's own dead letters: those are records that it could not read (dead_letters.ts). Brokers differ in
 * how they tell: a send to `orders.dlq`, a settle that dead-letters, an event of that name, RabbitMQ's `x-death` header
 * on the message that comes out of the queue again.
 */
import type { Attributes, Hop } from "../collector/hop.ts";
import { groupBy } from "../group.ts";
import { momentOf } from "../ingest/facts.ts";
import type { Journey } from "../ingest/journey.ts";
import { type Line, renderWhy, type Telling } from "./line.ts";
import { quote, renderClock, sentence, who } from "./phrase.ts";

const NAME = /dead[-_. ]?letter|(^|[^a-z])(dlq|dlt|dlx)([^a-z]|$)/i;
const DEATH = /(^|[._-])x[-_]death$/;

/** Whether the hop tells that a message was put aside for good. */
export function isDeadLetter(hop: Hop): boolean {
  const { attributes, name } = hop;
  if (hop.kind === "span" && isTaking(hop)) return isDeadLettering(attributes);
  return (
    NAME.test(name) || destinations(attributes).some((each) => NAME.test(each)) || isDeadLettering(attributes)
  );
}

/** Whether somebody works on a message that had been put aside before. */
function isTakenUp(hop: Hop): boolean {
  if (hop.kind !== "span" || !isTaking(hop) || isDeadLettering(hop.attributes)) return false;
  return (
    destinations(hop.attributes).some((each) => NAME.test(each)) ||
    [...hop.attributes].some(([name, value]) => DEATH.test(name) && value !== "" && value !== "[]")
  );
}

/** A receiving or processing span. `receive` is of kind client by now, and was consumer before. */
function isTaking({ attributes, spanKind }: Hop): boolean {
  const operation = attributes.get("messaging.operation.type") ?? attributes.get("messaging.operation");
  if (operation === undefined)
    return spanKind === "consumer" || spanKind === "client" || spanKind === "server";
  return !["create", "send", "publish"].includes(operation);
}

/** A settle operation whose outcome is the dead-letter queue. */
function isDeadLettering(attributes: Attributes): boolean {
  return [
    "messaging.operation.name",
    "azure.servicebus.disposition_status",
    "messaging.servicebus.disposition_status",
  ].some((name) => /^dead[-_ ]?letter/i.test(attributes.get(name) ?? ""));
}

function destinations(attributes: Attributes): string[] {
  return [
    "messaging.destination.name",
    "messaging.destination",
    "messaging.destination_publish.name",
  ].flatMap((name) => attributes.get(name) ?? []);
}

/** Messages that were put aside, and those that somebody took up again, each at its moment. */
export function tellDeadLetters(telling: Telling): readonly Line[] {
  const hops = telling.told.members.map(({ hop }) => hop);
  return [
    ...tellPutAside(hops.filter(isDeadLetter), telling),
    ...tellTakenUp(hops.filter(isTakenUp), telling),
  ];
}

/** Its broker's span and its event tell of one message; a service is told of once. */
function tellPutAside(letters: readonly Hop[], telling: Telling): readonly Line[] {
  return [...groupBy(letters, ({ service }) => service).values()].flatMap((same) => {
    const [hop] = same;
    if (hop === undefined) return [];
    const name = hop.name === "" ? "" : ` (${quote(hop.name)})`;
    const text = `${who(hop.service)} gave up on a message and dead-lettered it at ${renderClock(hop.atNs, telling.originNs)}${name}`;
    const why = same.map((each) => renderWhy(each, telling)).find((words) => words !== "") ?? "";
    return [{ atNs: hop.atNs, text: sentence(`${text}${why}`) }];
  });
}

function tellTakenUp(taken: readonly Hop[], { originNs }: Telling): readonly Line[] {
  return [...groupBy(taken, ({ service }) => service).values()].flatMap(([hop]) => {
    if (hop === undefined) return [];
    const text = `${who(hop.service)} took up a message that had been dead-lettered before, at ${renderClock(hop.atNs, originNs)} (${quote(hop.name)})`;
    return [{ atNs: hop.atNs, text: sentence(text) }];
  });
}

/**
 * The service that put the message aside on which a journey waits: since then no step of it was reached and nobody took
 * the message up. Null when the journey ended, or no message is missing.
 */
export function deadLetteredBy(journey: Journey, { told }: Telling): string | null {
  if (journey.endedNs !== null) return null;
  const lastNs = journey.steps.reduce((last, { atNs }) => (atNs !== null && atNs > last ? atNs : last), 0n);
  const hops = told.members.map(({ hop }) => hop);
  const letter = hops.findLast((hop) => isDeadLetter(hop) && momentOf(hop) >= lastNs);
  if (letter === undefined || hops.some((hop) => isTakenUp(hop) && hop.atNs > letter.atNs)) return null;
  return who(letter.service);
}
