/**
 * Problem page: what went wrong with a request, for a person in front of a browser.
 *
 *   Problem → [problem page] → HTML
 */
import { html } from "hono/html";
import { plain } from "../phrase.ts";
import type { Elsewhere, Problem } from "../problem.ts";
import { type Html, renderSheet } from "./shell.ts";

/** The page for a problem. */
export function renderProblem({ status, title, detail, elsewhere = [] }: Problem): Html {
  const isElsewhere = elsewhere.length > 0;
  const heading = isElsewhere ? "That id is something else." : title;
  const told = detail === undefined ? "" : html`<p>${plain(detail)}</p>`;
  const body = html`
      <p class="eyebrow">${status}</p>
      <h1>${plain(heading)}</h1>
      ${isElsewhere ? renderLinks(elsewhere) : told}
      <p class="quiet">Look for something else above, or go to <a href="/">the latest journeys</a>.</p>`;
  return renderSheet({ title: heading, body });
}

/** The detail with its addresses as links. */
function renderLinks(elsewhere: readonly Elsewhere[]): Html {
  return html`<p>It is known</p>
      <ul class="plain">${elsewhere.map(({ kind, url }) => html`<li>as <a href="${url}">${plain(kind)}</a></li>`)}</ul>`;
}
