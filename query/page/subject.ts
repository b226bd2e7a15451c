/**
 * Subject page: the answer about one subject, the story first.
 *
 *   Answer → [subject page] → HTML
 *
 * Shows what the JSON says and decides nothing of its own.
 */
import { html } from "hono/html";
import type { Answer, JourneyView, RelatedView } from "../answer.ts";
import { plain, renderCount, renderDuration, who } from "../phrase.ts";
import { type HopPaths, renderHops } from "./hops.ts";
import { renderJourney } from "./journey.ts";
import { type Html, renderMoment, renderSentence, renderSheet, renderState } from "./shell.ts";

/** Doubts of one kind that are shown without being asked for; count. */
const DOUBTS_SHOWN = 3;

/** The page about one subject. */
export function renderSubject(answer: Answer, paths: HopPaths): Html {
  const { kind, id } = answer.subject;
  const body = html`
      <article>
        <header class="answer">
          <p class="eyebrow">${plain(kind)} <b>${plain(id)}</b></p>
          <h1>${renderSentence(answer.headline)}</h1>
          <p class="quiet">As of ${renderMoment(answer.asOf)} UTC</p>
        </header>
        ${renderOutcomes(answer)}
        <section aria-labelledby="story">
          <h2 id="story">The story</h2>
          <ol class="story">${answer.story.map((sentence) => html`<li>${renderSentence(sentence)}</li>`)}</ol>
        </section>
        ${renderJourneys(answer)} ${renderRelated(answer.related)} ${renderGaps(answer)}
        ${renderHops(answer, paths)}
      </article>`;
  return renderSheet({ title: answer.headline.replaceAll("`", ""), searched: id, body });
}

function renderOutcomes({ seenByCaller: seen, journeys }: Answer): Html | string {
  if (journeys.length === 0) return "";
  return html`
        <section class="outcomes" aria-label="What the customer got, and what happened">
          <div class="card">
            <h2>What the customer got</h2>
            ${seen === null ? html`<p class="quiet">Not seen: no entry of a service was reported.</p>` : renderSeen(seen)}
          </div>
          <div class="card">
            <h2>What happened</h2>
            ${journeys.map(
              (journey) => html`<p>${renderState(journey.state)} <b>${plain(journey.definition)}</b>
              <span class="quiet">${renderLasted(journey)}${
                journey.late ? ", too late" : ""
              }${journey.recovered ? ", after an earlier failure" : ""}</span></p>
            ${journey.reason === null ? "" : html`<p class="quiet">${plain(journey.reason)}</p>`}`,
            )}
          </div>
        </section>`;
}

/** How long it took, or has been going on. Times of one width compare as text. */
function renderLasted({ startedAt, endedAt, durationMs }: JourneyView): string {
  if (endedAt !== null && endedAt < startedAt) return "before it began";
  return `${endedAt === null ? "for" : "in"} ${renderDuration(durationMs)}`;
}

function renderSeen(seen: NonNullable<Answer["seenByCaller"]>): Html {
  const isBad = seen.error !== null;
  return html`<p><span class="state ${isBad ? "failed" : "succeeded"}">${plain(seen.status)}</span>
              <b>${who(seen.service)}</b> <span class="quiet">after ${renderDuration(seen.durationMs)}</span></p>
            <p class="quiet"><code>${plain(seen.name)}</code>${isBad ? ` · ${plain(seen.error ?? "")}` : ""}</p>`;
}

function renderJourneys({ journeys }: Answer): Html | string {
  if (journeys.length === 0) return "";
  return html`
        <section aria-labelledby="journeys">
          <h2 id="journeys">${renderCount(journeys.length, "journey")}</h2>
          <div class="journeys">${journeys.map(renderJourney)}</div>
        </section>`;
}

function renderRelated(related: readonly RelatedView[]): Html | string {
  if (related.length === 0) return "";
  return html`
        <section aria-labelledby="related">
          <h2 id="related">Related</h2>
          <ul class="plain">${related.map(
            ({ kind, id, text, url }) =>
              html`<li><a href="${url}">${plain(id)}</a> <span class="quiet">${plain(kind)} · ${text}</span></li>`,
          )}</ul>
        </section>`;
}

function renderGaps({ gaps }: Answer): Html | string {
  if (gaps.length === 0) return "";
  return html`
        <section aria-labelledby="gaps">
          <h2 id="gaps">What is uncertain</h2>
          <ul class="plain">${[...new Set(gaps.map(({ kind }) => kind))].map((kind) =>
            renderDoubts(gaps.filter((gap) => gap.kind === kind)),
          )}</ul>
        </section>`;
}

/** Doubts of one kind; many of them are one line that opens. */
function renderDoubts(gaps: Answer["gaps"]): Html | Html[] {
  const [first] = gaps;
  const lines = gaps.map(
    ({ kind, text, hopId }) =>
      html`<li><span class="tag">${kind}</span> ${plain(text)}${
        hopId === undefined ? "" : html` <a class="quiet" href="#hop-${hopId}">see it</a>`
      }</li>`,
  );
  if (first === undefined || gaps.length <= DOUBTS_SHOWN) return lines;
  const others = renderCount(gaps.length - 1, "other");
  return html`<li><details><summary><span class="tag">${first.kind}</span> ${plain(first.text)}
              <span class="quiet">and ${others} like it</span></summary><ul class="plain">${lines}</ul></details></li>`;
}
