/**
 * Notify: tells people of the alerts that begin and end.
 *
 *   watch → [notify] → outbox → Alertmanager, webhooks
 *
 * Alertmanager is told again every minute of all that lasts, as it expects; a webhook once of the begin and once of the
 * end. While an objective is muted nobody is told of anything new, and while a page lasts of no new ticket but that
 * journeys do not come; whoever was told of a begin is told of its end all the same. Who was told is noted, so a restart
 * tells nobody twice.
 */
import { Failure } from "../errors.ts";
import type { Notify, NotifyTarget } from "../ingest/definitions.ts";
import type { SloBoard } from "./board.ts";
import { type Delivered, deliver } from "./deliver.ts";
import { type Incident, keyOf } from "./incidents.ts";
import { Outbox, type OutboxOptions, PATIENT } from "./outbox.ts";
import { alertmanagerBody, fingerprintOf, signatureOf, type Worded, webhookBody } from "./payloads.ts";
import { urlOf } from "./sentences.ts";
import type { Telling, Watch, Watched } from "./watch.ts";
import { annotationsOf, linkTo } from "./wording.ts";

/** Alertmanager is told of an end for as long as this, should it have missed it; ms. */
const END_TOLD_MS = 300_000;

/** Alertmanager is told again in a minute anyway. */
const IMPATIENT: OutboxOptions = { waitingMax: 1, triesMax: 3, firstMs: 2_000, longestMs: 10_000 };

/** What notifying works with. */
export interface NotifierOptions {
  readonly notify: Notify;
  /** the value of an environment variable; undefined when it is not set */
  readonly secret: (name: string) => string | undefined;
  /** where people reach this Waybill; null: nobody said */
  readonly publicUrl: string | null;
  readonly board: SloBoard;
  readonly watch: Watch;
  /** epoch milliseconds UTC */
  readonly now: () => number;
  readonly log: { readonly warn: (fields: object, text: string) => void };
  /** how webhooks are tried. @default ten times over ten minutes */
  readonly patience?: OutboxOptions;
}

/** Totals since the start, by receiver. */
export interface NotifyStats {
  readonly target: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly lost: number;
}

interface Receiver {
  /** as it is called in the log and in what is noted: never its address, which may be a secret */
  readonly name: string;
  readonly kind: "alertmanager" | "webhook";
  readonly target: NotifyTarget;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly outbox: Outbox;
}

/** Tells whoever is configured. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #receivers: readonly Receiver[];

  /** @throws {Failure} `config` when an environment variable that it needs is not set */
  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#receivers = receiversOf(options);
  }

  stats(): NotifyStats[] {
    return this.#receivers.map(({ name, outbox }) => ({
      target: name,
      waiting: outbox.waiting,
      delivered: outbox.delivered,
      lost: outbox.lost,
    }));
  }

  /** Tells of what is to be told now; what cannot be delivered is tried again by itself. */
  async tell(watched: Watched, nowMs: number): Promise<void> {
    const spoken = watched.incidents
      .filter((incident) => incident.endsAtMs !== null || !isMuted(incident, watched))
      .sort((a, b) => a.startsAtMs - b.startsAtMs);
    for (const receiver of this.#receivers) {
      const own = spoken.filter(
        (incident) => isFor(receiver, incident) && !isHeldBack(incident, watched, receiver.name),
      );
      if (receiver.kind === "alertmanager") await this.#post(receiver, { incidents: own, watched, nowMs });
      else for (const incident of own) await this.#call(receiver, { incidents: [incident], watched, nowMs });
    }
  }

  /** Resolves when all that waits was delivered or given up. */
  async settled(): Promise<void> {
    for (const { outbox } of this.#receivers) await outbox.settled();
  }

  async close(): Promise<void> {
    for (const { outbox } of this.#receivers) await outbox.close();
  }

  async #post(receiver: Receiver, { incidents, watched, nowMs }: About): Promise<void> {
    const due = incidents.filter(
      ({ endsAtMs, told, endTold }) =>
        endsAtMs === null ||
        (told[receiver.name] !== undefined && nowMs - (endTold[receiver.name] ?? nowMs) < END_TOLD_MS),
    );
    if (due.length === 0) return;
    const worded: Worded[] = [];
    for (const incident of due.filter((one) => !isFollowed(one, due)))
      worded.push(await this.#word(incident, watched, nowMs));
    const tellings = due.flatMap((incident) => tellingsOf(incident, receiver.name, nowMs));
    this.#put(receiver, { key: "alerts", tellings, body: () => alertmanagerBody(worded, nowMs) });
  }

  async #call(receiver: Receiver, { incidents, watched, nowMs }: About): Promise<void> {
    for (const incident of incidents) {
      const of = nextOf(incident, watched, receiver.name);
      const key = `${of} ${keyOf(incident)}`;
      if (of === null || receiver.outbox.has(key)) continue;
      const worded = await this.#word(incident, watched, nowMs);
      const tellings = [{ incident, target: receiver.name, of, atMs: nowMs }];
      this.#put(receiver, { key, tellings, body: () => webhookBody(worded, this.#options.publicUrl) });
    }
  }

  #put(
    receiver: Receiver,
    what: { readonly key: string; readonly tellings: readonly Telling[]; readonly body: () => string },
  ): void {
    const { now, watch, log } = this.#options;
    const body = what.body();
    const send = () => {
      const headers =
        receiver.kind === "webhook"
          ? { ...receiver.headers, "waybill-signature": signatureOf(body, receiver.secret, now()) }
          : receiver.headers;
      return deliver({ url: receiver.url, allowPrivate: receiver.target.allowPrivate, headers, body });
    };
    const onDone = async (delivered: Delivered) => {
      if (delivered.ok) watch.told(what.tellings);
      else log.warn({ receiver: receiver.name, why: delivered.why }, "An alert could not be delivered.");
      await watch.save(now()).catch((error: unknown) => {
        log.warn({ err: error }, "Who was told is not stored yet.");
      });
    };
    receiver.outbox.put({ key: what.key, send, onDone });
  }

  async #word(incident: Incident, watched: Watched, nowMs: number): Promise<Worded> {
    const { board, publicUrl, notify, log } = this.#options;
    const slo = watched.board?.slos.find(({ id }) => id === incident.sloId) ?? null;
    const tier = slo?.tiers.find(({ firing, severity }) => firing && severity === incident.severity);
    const untilMs = watched.board?.watermarkMs ?? nowMs;
    const over = tier === undefined ? undefined : { fromMs: untilMs - tier.longMs, toMs: untilMs };
    const detail =
      slo === null
        ? null
        : await board.explain(slo.id, nowMs, over).catch((error: unknown) => {
            // An alert without examples is better than none.
            log.warn({ err: error }, "Nobody could say what burnt the budget.");
            return null;
          });
    const annotations = annotationsOf({
      incident,
      slo,
      detail,
      publicUrl,
      runbookUrl: notify.runbookUrl,
      nowMs,
    });
    const none = incident.sloId === "" ? "/readyz?verbose" : "/v1/slos";
    const path = slo === null ? none : urlOf(slo.id);
    return { incident, annotations, url: publicUrl === null ? "" : linkTo(publicUrl, path) };
  }
}

interface About {
  readonly incidents: readonly Incident[];
  readonly watched: Watched;
  readonly nowMs: number;
}

/** Whoever was told of a begin has to hear of the end, also when asked for other severities by then. */
function isFor({ name, target }: Receiver, { severity, told }: Incident): boolean {
  return target.severities.includes(severity) || told[name] !== undefined;
}

function isMuted({ sloId }: Incident, { board }: Watched): boolean {
  return (board?.slos.find(({ id }) => id === sloId)?.muted ?? null) !== null;
}

/** A ticket that nobody was told of before its objective's page: while that lasts, the page stands for it. */
function isHeldBack(incident: Incident, { incidents }: Watched, target: string): boolean {
  const { name, sloId, severity, told } = incident;
  // Silence is not what the page is about: it may be why the page does not end.
  if (severity === "page" || name === "SLONoData" || told[target] !== undefined) return false;
  return incidents.some((one) => one.severity === "page" && one.sloId === sloId && one.endsAtMs === null);
}

/**
 * What a webhook has to be told next; an end only if it knows of the begin. Where alerts are known by their labels, an
 * end would end also what began since: it is told with the end of that.
 */
function nextOf(incident: Incident, { incidents }: Watched, target: string): Telling["of"] | null {
  const { endsAtMs, told, endTold } = incident;
  if (endsAtMs === null) return told[target] === undefined ? "begin" : null;
  if (told[target] === undefined || endTold[target] !== undefined) return null;
  const lasting = incidents.filter((one) => one.endsAtMs === null && one.told[target] !== undefined);
  return isFollowed(incident, lasting) ? null : "end";
}

/** Whether one of these goes by the same labels and began later. */
function isFollowed(incident: Incident, others: readonly Incident[]): boolean {
  const labels = fingerprintOf(incident);
  return others.some((one) => one.startsAtMs > incident.startsAtMs && fingerprintOf(one) === labels);
}

function tellingsOf(incident: Incident, target: string, atMs: number): Telling[] {
  const begin: Telling = { incident, target, of: "begin", atMs };
  return incident.endsAtMs === null ? [begin] : [begin, { ...begin, of: "end" }];
}

function receiversOf({ notify, secret, patience = PATIENT }: NotifierOptions): Receiver[] {
  const missing: string[] = [];
  const need = (name: string): string => {
    const value = secret(name);
    if (value === undefined || value === "") missing.push(name);
    return value ?? "";
  };
  const receiverOf = (target: NotifyTarget) => ({
    target,
    url: target.url ?? (target.urlEnv === null ? "" : need(target.urlEnv)),
    headers: headersOf(target.bearerEnv === null ? null : need(target.bearerEnv)),
  });
  const alertmanagers = notify.alertmanagers.map((target, at): Receiver => {
    const { url, ...rest } = receiverOf(target);
    const api = `${url.replace(/\/$/, "")}/api/v2/alerts`;
    const name = `alertmanager-${at + 1}`;
    return { ...rest, name, kind: "alertmanager", url: api, secret: "", outbox: new Outbox(IMPATIENT) };
  });
  const webhooks = notify.webhooks.map((target, at): Receiver => {
    const name = `webhook-${at + 1}`;
    const outbox = new Outbox(patience);
    return { ...receiverOf(target), name, kind: "webhook", secret: need(target.secretEnv), outbox };
  });
  if (missing.length > 0)
    throw new Failure("config", `waybill.yaml: notify needs these to be set: ${missing.join(", ")}`);
  for (const { name, url } of [...alertmanagers, ...webhooks])
    if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
      throw new Failure("config", `waybill.yaml: notify: the address of ${name} is not http:// or https://`);
  return [...alertmanagers, ...webhooks];
}

function headersOf(bearer: string | null): Record<string, string> {
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
}
