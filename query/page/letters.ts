/**
 * Letters page: what was refused, by reason and one by one: a to-do list.
 *
 *   dead letters → [letters page] → HTML
 */
import { html } from "hono/html";
import type { DeadLetterFilter, DeadLetterGroups, DeadLetterList } from "../dead_letters.ts";
import { plain, renderCount } from "../phrase.ts";
import { type Html, renderMoment, renderSheet } from "./shell.ts";

type Group = DeadLetterGroups["groups"][number];
type Item = DeadLetterList["deadLetters"][number];

/** What the page shows. */
export interface LetterPage {
  readonly groups: readonly Group[];
  readonly letters: readonly Item[];
  readonly filter: Pick<DeadLetterFilter, "reason" | "signal" | "status">;
  readonly nextPath: string | null;
}

/** The list of dead letters. */
export function renderLetterList({ groups, letters, filter, nextPath }: LetterPage): Html {
  const chosen = [filter.signal, filter.reason, filter.status].filter((part) => part !== undefined);
  const body = html`
      <h1>Dead letters${chosen.length === 0 ? "" : html` <span class="quiet">${plain(chosen.join(" · "))}</span>`}</h1>
      <p class="quiet">Records that were refused and are in no journey. Mend the cause, try a replay, then replay for good.</p>
      ${groups.length === 0 ? html`<p>None.</p>` : renderGroups(groups)}
      ${letters.length === 0 ? "" : renderLetters(letters)}
      ${nextPath === null ? "" : html`<p><a class="more" href="${nextPath}">Older ones</a></p>`}`;
  return renderSheet({ title: "Dead letters", body });
}

function renderGroups(groups: readonly Group[]): Html {
  return html`
      <section aria-labelledby="reasons">
        <h2 id="reasons">By reason</h2>
        <ul class="items">${groups.map(
          ({ signal, reason, letters, waiting, newestAt, example }) => html`
          <li><a href="${pathOf(signal, reason)}">${plain(reason)}</a> <span class="quiet">${plain(signal)}</span>
            <span class="about">${renderCount(letters, "letter")}, ${waiting} waiting · ${plain(example.text)}</span>
            ${renderMoment(newestAt)}
            ${waiting === 0 ? "" : renderReplayForm(reason, signal)}</li>`,
        )}</ul>
      </section>`;
}

function pathOf(signal: string, reason: string): string {
  return `/v1/dead-letters?${new URLSearchParams({ signal, reason })}`;
}

/** Buttons for a group: try first, then for good. */
export function renderReplayForm(reason: string | undefined, signal: string | undefined): Html {
  return html`<form class="acts" action="/dead-letters/replay" method="post">
              <input type="hidden" name="reason" value="${reason ?? ""}"><input type="hidden" name="signal" value="${signal ?? ""}">
              <button name="do" value="try">Try a replay</button>
              <button name="do" value="replay">Replay</button></form>`;
}

function renderLetters(letters: readonly Item[]): Html {
  return html`
      <section aria-labelledby="letters">
        <h2 id="letters">One by one</h2>
        <ul class="items">${letters.map(
          ({ id, signal, reason, text, sender, status, receivedAt }) => html`
          <li><a href="/v1/dead-letters/${id}">${plain(reason)}</a> <span class="quiet">${plain(signal)} · ${plain(sender)}</span>
            <span class="about">${plain(text)}${status === "new" ? "" : html` <span class="note">${statusText(status)}</span>`}</span>
            ${renderMoment(receivedAt)}</li>`,
        )}</ul>
      </section>`;
}

/** A status as words. */
export function statusText(status: Item["status"]): string {
  return status.replaceAll("_", " ");
}
