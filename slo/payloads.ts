/**
 * Payloads: alerts in the forms that others read.
 *
 *   incident, annotations → [payloads] → deliver
 *
 * Pure. Alertmanager's API v2 takes an array; webhooks get what Alertmanager would have sent them, version 4, so that
 * receivers written for it work unchanged. A webhook is signed: HMAC-SHA256 over the time and the body.
 */
import { createHash, createHmac } from "node:crypto";
import { type Incident, keyOf } from "./incidents.ts";

/** An incident in words. */
export interface Worded {
  readonly incident: Incident;
  readonly annotations: Readonly<Record<string, string>>;
  /** where it can be looked at; "" when nobody said where Waybill is */
  readonly url: string;
}

/**
 * How long Alertmanager keeps an alert that is not sent again; ms. Longer than a restart takes, or it would be resolved
 * and raised anew.
 */
const KEPT_MS = 900_000;

/** The body of `POST /api/v2/alerts`. */
export function alertmanagerBody(alerts: readonly Worded[], nowMs: number): string {
  return JSON.stringify(
    alerts.map(({ incident, annotations, url }) => ({
      labels: incident.labels,
      annotations,
      startsAt: timeOf(incident.startsAtMs),
      endsAt: timeOf(incident.endsAtMs ?? nowMs + KEPT_MS),
      ...(url === "" ? {} : { generatorURL: url }),
    })),
  );
}

/** The body of a webhook about one incident. @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export function webhookBody(worded: Worded, publicUrl: string | null): string {
  const { incident, annotations, url } = worded;
  const status = incident.endsAtMs === null ? "firing" : "resolved";
  return JSON.stringify({
    version: "4",
    groupKey: keyOf(incident),
    truncatedAlerts: 0,
    status,
    receiver: "waybill",
    groupLabels: { alertname: incident.name, slo_id: incident.sloId },
    commonLabels: incident.labels,
    commonAnnotations: annotations,
    externalURL: publicUrl ?? "",
    alerts: [
      {
        status,
        labels: incident.labels,
        annotations,
        startsAt: timeOf(incident.startsAtMs),
        endsAt: incident.endsAtMs === null ? "0001-01-01T00:00:00Z" : timeOf(incident.endsAtMs),
        generatorURL: url,
        fingerprint: fingerprintOf(incident),
      },
    ],
  });
}

/** What proves that a webhook is ours and new: `t=<epoch seconds>,v1=<HMAC-SHA256 of "t.body", hex>`. */
export function signatureOf(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

/** What receivers know an alert by: a hash of its labels. */
export function fingerprintOf({ labels }: Incident): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
