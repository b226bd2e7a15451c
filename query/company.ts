/**
 * Company: whom the subject met without becoming one with them, and how sure the answer is.
 *
 *   Told → [company] → story
 *
 * Pure. Shared packages, batches, conflicting keys, old message versions, gaps.
 */
import { groupBy } from "../group.ts";
import type { Contract } from "../ingest/definitions.ts";
import { momentOf } from "../ingest/facts.ts";
import type { Gap, Member, Related } from "../ingest/told.ts";
import { missingKind, type Telling } from "./line.ts";
import {
  elapsedMs,
  noun,
  plain,
  renderClock,
  renderCount,
  renderDuration,
  renderList,
  sentence,
  who,
  words,
} from "./phrase.ts";

const GAPS_MAX = 2;

/** Everything that is true of the whole rather than of a moment, most telling first. */
export function tellCompany(telling: Telling): readonly string[] {
  return [
    ...tellProvisional(telling),
    ...tellBatches(telling),
    ...tellRelated(telling.told.related),
    ...tellContracts(telling),
    ...tellGaps(telling),
  ];
}

function tellProvisional(telling: Telling): readonly string[] {
  const wanted = missingKind(telling);
  if (wanted === null) return [];
  const { kind } = telling.told.subject;
  return [`No ${noun(wanted)} is known to have been created; this journey is known by its ${words(kind)}.`];
}

function tellBatches(telling: Telling): readonly string[] {
  return telling.told.members.flatMap(({ hop, shared }) => {
    const size = hop.links.length + hop.droppedLinks;
    if (!shared || size < 2) return [];
    const clock = renderClock(hop.atNs, telling.originNs);
    return [
      `${who(hop.service)} handled it at ${clock} as one line of a batch of ${renderCount(size, "message")}.`,
    ];
  });
}

function tellRelated(related: readonly Related[]): readonly string[] {
  const shared = new Set(related.filter(({ relation }) => relation === "shares").map(({ key }) => key));
  const telling = related.filter(({ relation, key }) => relation !== "carries" || !shared.has(key));
  const groups = groupBy(telling, ({ relation, key }) => `${relation} ${key}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const ids = renderList(same.map(({ subject }) => plain(subject.id)));
    return [renderRelated(first, renderKey(first.key), ids)];
  });
}

function renderRelated({ relation, subject }: Related, key: string, ids: string): string {
  if (relation === "shares") return `The ${key} is shared with ${ids}.`;
  if (relation === "carries" || relation === "same-hops")
    return `It is tied to ${noun(subject.kind)} ${ids}, which has an answer of its own.`;
  return `The ${key} also belongs to ${ids}: one of them is wrong, so its facts are shown in both and nothing was merged.`;
}

/** `package.id=PKG-1` as `package PKG-1`. */
function renderKey(key: string): string {
  const at = key.indexOf("=");
  return at < 0 ? plain(key) : `${noun(key.slice(0, at))} ${plain(key.slice(at + 1))}`;
}

function tellContracts(telling: Telling): readonly string[] {
  const used = new Set(telling.told.members.flatMap((member) => member.contract ?? []));
  return [...used].sort().flatMap((used) => {
    const at = used.lastIndexOf("@");
    const contract = telling.definitions.contracts.find((each) => each.name === used.slice(0, at));
    return at < 0 || contract === undefined ? [] : renderVersion(contract, used.slice(at + 1), telling);
  });
}

function renderVersion(contract: Contract, version: string, telling: Telling): readonly string[] {
  const said = `${plain(contract.name)} was sent in ${/^v/i.test(version) ? "" : "v"}${plain(version)}`;
  const declared = contract.versions.find((each) => each.version === version);
  if (declared === undefined)
    return [`${said}, which is not a declared version; ${plain(contract.owner)} owns it.`];
  if (declared.deprecated === null) return [];
  const senders = sendersOf(telling.told.members, `${contract.name}@${version}`);
  const by = senders === "" ? "" : ` by ${senders}`;
  const gone = declared.sunset === null ? "" : ` and will be gone on ${plain(declared.sunset)}`;
  return [
    `${said}${by}, deprecated since ${plain(declared.deprecated)}${gone}; ${plain(contract.owner)} owns it.`,
  ];
}

function sendersOf(members: readonly Member[], contract: string): string {
  const senders = members.filter(
    (member) => member.contract === contract && member.hop.spanKind !== "consumer",
  );
  return renderList([...new Set(senders.map(({ hop }) => who(hop.service)))].sort());
}

function tellGaps(telling: Telling): readonly string[] {
  const { gaps, related } = telling.told;
  // A conflict is told with the subjects that it is between, where these are known.
  const isTold = related.some(({ relation }) => relation === "conflict");
  const kinds = groupBy(
    gaps.filter(({ kind }) => kind !== "conflict" || !isTold),
    ({ kind }) => kind,
  );
  return [...kinds].map(([kind, gaps]) => {
    if (kind === "late" && gaps.length > 1) return renderLate(gaps, telling);
    const texts = [...new Set(gaps.map(({ text }) => sentence(plain(text))))];
    const rest = texts.length - GAPS_MAX;
    return `${texts.slice(0, GAPS_MAX).join(" ")}${rest > 0 ? ` So it is with ${renderCount(rest, "more fact")}.` : ""}`;
  });
}

function renderLate(gaps: readonly Gap[], telling: Telling): string {
  const hops = gaps.flatMap(({ hopId }) => telling.memberById.get(hopId ?? "")?.hop ?? []);
  const mostMs = Math.max(0, ...hops.map((hop) => elapsedMs(momentOf(hop), hop.receivedNs)));
  const services = renderList([...new Set(hops.map(({ service }) => who(service)))].sort());
  const from = services === "" ? "" : ` from ${services}`;
  return `${renderCount(gaps.length, "fact")}${from} arrived late, up to ${renderDuration(mostMs)} after they happened.`;
}
