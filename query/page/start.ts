/**
 * Start page: what needs attention now, and how to send the first order when there is none.
 *
 *   journeys → [start page] → HTML
 */
import { html } from "hono/html";
import type { State } from "../journey_search.ts";
import type { JourneyItem } from "../journeys.ts";
import { plain } from "../phrase.ts";
import type { StateCounts } from "../state_counts.ts";
import { type Html, renderMoment, renderSheet, renderState } from "./shell.ts";

/** Journeys that are shown together: those of a state, or those that are open though their next step is past due. */
export type Group = State | "stuck";

/** In the order in which a person wants to see them. */
export const BY_URGENCY: readonly Group[] = [
  "overdue",
  "stuck",
  "failed",
  "open",
  "compensated",
  "succeeded",
];

/** What the start page shows. */
export interface Start {
  /** null while they are being counted for the first time */
  readonly counts: StateCounts | null;
  /** the newest of each group */
  readonly lists: Readonly<Partial<Record<Group, readonly JourneyItem[]>>>;
}

/** The start page. */
export function renderStart({ counts, lists }: Start): Html {
  const isEmpty = Object.values(lists).every((items) => items.length === 0);
  const body = html`
      <div class="hero"><h1>What happened to this order?</h1>
        <p class="quiet">Put any id into the box above: an order, a correlation, a package, a trace.</p></div>
      ${isEmpty ? renderEmpty() : html`${renderCounts(counts)}${BY_URGENCY.map((group) => renderLatest(group, lists[group] ?? []))}`}`;
  return renderSheet({ title: "What happened to this order?", body });
}

/** All journeys of one group, page by page. */
export function renderGroup(group: Group, items: readonly JourneyItem[], nextPath: string | null): Html {
  const title = `Journeys ${nameOf(group)}`;
  const body = html`
      <h1>Journeys ${group === "stuck" ? html`${renderState("open")} but stuck` : renderState(group)}</h1>
      ${items.length === 0 ? html`<p class="quiet">None.</p>` : renderItems(items, title)}
      ${nextPath === null ? "" : html`<p><a class="more" href="${nextPath}">Older ones</a></p>`}`;
  return renderSheet({ title, body });
}

function nameOf(group: Group): string {
  return group === "stuck" ? "open but stuck" : group;
}

function pathOf(group: Group): string {
  return group === "stuck" ? "/?state=open&stuck=1" : `/?state=${group}`;
}

function renderCounts(counts: Start["counts"]): Html {
  return html`
      <nav aria-label="Journeys by state"><ul class="counts">${BY_URGENCY.map(
        (group) =>
          html`<li><a href="${pathOf(group)}" class="${group}"><span class="number">${counts?.[group].toLocaleString("en") ?? "…"}</span> ${nameOf(group)}</a></li>`,
      )}</ul></nav>`;
}

function renderLatest(group: Group, items: readonly JourneyItem[]): Html | string {
  if (items.length === 0) return "";
  return html`
      <section aria-labelledby="latest-${group}">
        <h2 id="latest-${group}"><a href="${pathOf(group)}">${nameOf(group)}</a></h2>
        ${renderItems(items, `Latest journeys ${nameOf(group)}`)}
      </section>`;
}

function renderItems(items: readonly JourneyItem[], label: string): Html {
  return html`<ul class="items" aria-label="${label}">${items.map(
    (item) => html`
          <li><a href="${item.url}">${plain(item.subject.id) || "(blank)"}</a> <span class="quiet">${plain(item.definition)}</span>
            <span class="about">${renderAbout(item)}</span> ${renderMoment(item.startedAt)}</li>`,
  )}</ul>`;
}

function renderAbout({ reason, next, stuck, startedAt, late, recovered }: JourneyItem): Html | string {
  if (reason !== null) return plain(reason);
  if (stuck && next !== null && next.dueAt !== null)
    return html`<b>${plain(next.step)}</b> was due ${renderMoment(next.dueAt, startedAt)} · ${plain(next.owner)}`;
  if (next !== null) return html`next <b>${plain(next.step)}</b> · ${plain(next.owner)}`;
  return late ? "too late" : recovered ? "after an earlier failure" : "";
}

function renderEmpty(): Html {
  return html`
      <section class="card empty" aria-labelledby="empty">
        <h2 id="empty">Nothing has arrived yet</h2>
        <p>Waybill listens for ordinary OpenTelemetry. Point any service that has it here:</p>
        <pre><code>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf</code></pre>
        <p>Put the order's id on a span or an event as <code>order.id</code>, and say in <code>waybill.yaml</code> which
          steps an order goes through. CloudEvents are taken on <code>/v1/events</code> of the same port.</p>
        <p>Only looking? <code>npm run demo</code> plays a small shop with orders to look up.</p>
      </section>`;
}
