/**
 * Letter page: one dead letter, what can be done about it, and what came of a replay.
 *
 *   DeadLetterDetail, ReplayAnswer → [letter page] → HTML
 */
import { html } from "hono/html";
import type { DeadLetterDetail } from "../letter_view.ts";
import { plain, renderCount } from "../phrase.ts";
import { type ReplayAnswer, replayLines } from "../replay.ts";
import { renderReplayForm, statusText } from "./letters.ts";
import { type Html, renderMoment, renderSheet, renderState } from "./shell.ts";

/** The page about one letter; with what came of a replay when there was one. */
export function renderLetterPage(letter: DeadLetterDetail, replay: ReplayAnswer | null): Html {
  const { id, reason, text, status, tries, acted, fault } = letter;
  const body = html`
      <article>
        <header class="answer">
          <p class="eyebrow">dead letter <b>${id}</b></p>
          <h1>${plain(text)}</h1>
          <p class="quiet">${plain(letter.signal)} · refused by <code>${plain(reason)}</code> · received
            ${renderMoment(letter.receivedAt)} UTC from ${plain(letter.sender)}${letter.position === "" ? "" : html`, at <code>${plain(letter.position)}</code>`}</p>
          <p><span class="note">${statusText(status)}</span>${acted === null ? "" : html` ${renderMoment(acted.at)} ${plain(acted.text)}`}
            ${tries === 0 ? "" : html`<span class="quiet">sent again ${renderCount(tries, "time")}</span>`}</p>
        </header>
        ${replay === null ? "" : renderOutcome(replay)}
        ${status === "replayed" ? "" : renderActs(letter)}
        <section aria-labelledby="record">
          <h2 id="record">The record</h2>
          ${fault === null ? "" : html`<p>${plain(fault)}</p>`}
          ${
            letter.masked
              ? html`<p class="quiet">Values are masked; <a href="/v1/dead-letters/${id}?values=1">show them</a>: they may be secret.</p>`
              : html`<p class="quiet">Values may be secret; <a href="/v1/dead-letters/${id}">mask them</a>.</p>`
          }
          <pre class="record"><code>${shown(letter.record)}</code></pre>
          ${letter.resource === null ? "" : html`<h3>Sent by</h3><pre class="record"><code>${shown(letter.resource)}</code></pre>`}
        </section>
        <p><a class="more" href="/v1/dead-letters">All dead letters</a></p>
      </article>`;
  return renderSheet({ title: `Dead letter ${id.slice(0, 8)}`, body });
}

/** The page after a group was tried or replayed. */
export function renderReplayPage(
  replay: ReplayAnswer,
  { reason, signal }: { readonly reason: string | undefined; readonly signal: string | undefined },
): Html {
  const title = titleOf(replay);
  const body = html`
      <h1>${title}</h1>
      ${renderOutcome(replay)}
      ${replay.dryRun && replay.accepted > 0 ? renderReplayForm(reason, signal) : ""}
      <p><a class="more" href="/v1/dead-letters">All dead letters</a></p>`;
  return renderSheet({ title, body });
}

function titleOf({ dryRun, letters, accepted, duplicates, rejected }: ReplayAnswer): string {
  if (dryRun) return "What a replay would do";
  const replayed = accepted + duplicates;
  if (replayed > 0) return replayed === letters ? "Replayed" : "Replayed in part";
  return letters > 0 && rejected === letters ? "Refused again" : "Nothing was replayed";
}

function renderOutcome(replay: ReplayAnswer): Html {
  const { outcomes, journeys } = replay;
  const refused = outcomes.filter(({ outcome }) => outcome === "rejected").slice(0, 5);
  return html`
        <section class="card" aria-label="What came of it">
          ${replayLines(replay).map((line) => html`<p>${line}</p>`)}
          ${refused.map(({ text }) => html`<p class="quiet">${plain(text)}</p>`)}
          ${
            journeys.length === 0
              ? ""
              : html`<ul class="plain">${journeys.map(
                  ({ url, subject, definition, before, after, finished }) =>
                    html`<li><a href="${url}">${plain(subject.id)}</a> <span class="quiet">${plain(definition)}</span>
                ${before === null ? "new" : renderState(before)} → ${renderState(after)}${finished ? " finished" : ""}</li>`,
                )}</ul>`
          }
        </section>`;
}

function renderActs({ id }: DeadLetterDetail): Html {
  return html`
        <form class="acts" action="/dead-letters/${id}/replay" method="post">
          <button name="do" value="try">Try a replay</button>
          <button name="do" value="replay">Replay</button>
          <p class="quiet">Wrong data is mended on the command line: <code>waybill dead-letters replay ${id.slice(0, 8)}… --patch</code></p>
          <label>Give it up because <input name="because" maxlength="500"></label>
          <button name="do" value="discard">Discard</button>
        </form>`;
}

function shown(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "";
}
