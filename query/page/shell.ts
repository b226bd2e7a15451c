/**
 * Shell: what every page has around it, and the small parts they share.
 *
 *   [shell] ← subject, start, found, problem
 *
 * Every hole of `html` is escaped. No script, no inline style: the policy in guard.ts forbids both.
 */
import { html } from "hono/html";
import { plain } from "../phrase.ts";

/** A piece of a page, escaped already. */
export type Html = ReturnType<typeof html>;

/** What a page consists of. */
export interface Sheet {
  readonly title: string;
  /** what stands in the search box */
  readonly searched?: string;
  readonly body: Html;
}

/** A whole page. */
export function renderSheet({ title, searched = "", body }: Sheet): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${plain(title)} · Waybill</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/page.css">
  </head>
  <body>
    <a class="skip" href="#main">Skip to the answer</a>
    <header class="top">
      <a class="brand" href="/">${logo()}<span>Waybill</span></a>
      ${renderSearch(searched)}
    </header>
    <main id="main">${body}</main>
    <footer class="bottom">
      <p>All times are UTC. The same answers for programs: <a href="/openapi.json">API</a>. What was refused:
        <a href="/v1/dead-letters">dead letters</a>.</p>
    </footer>
  </body>
</html>
`;
}

function renderSearch(searched: string): Html {
  return html`<form class="search" role="search" action="/find" method="get">
        <label class="hidden" for="id">Any id: an order, a correlation, a package, a trace</label>
        <input id="id" name="id" type="search" value="${searched}" required maxlength="1024" autocomplete="off"
          autocapitalize="off" spellcheck="false" placeholder="Order, correlation, package or trace id">
        <button type="submit">Find</button>
      </form>`;
}

function logo(): Html {
  return html`<svg class="logo" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 3h12l4 4v14H4z" class="paper"/>
    <path d="M8 9h5m-5 4h8m-8 4h6" class="ink"/></svg>`;
}

/** A sentence; what stands in backticks is shown as a name. */
export function renderSentence(sentence: string): Html {
  const parts = sentence.split(/`([^`]*)`/);
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** A state as a badge; the word says it, the colour only helps. */
export function renderState(state: string): Html {
  return html`<span class="state ${state}">${state}</span>`;
}

/**
 * A moment for reading; the whole of it, with nanoseconds, is in the markup. Beside another moment of the same day
 * only the time of day is shown.
 */
export function renderMoment(time: string, beside = ""): Html {
  const day = time.slice(0, 10);
  const shown = beside.startsWith(day) ? time.slice(11, 19) : `${day} ${time.slice(11, 19)}`;
  return html`<time datetime="${time}" title="${time}">${shown}</time>`;
}
