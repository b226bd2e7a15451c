/**
 * Problem page: what went wrong with a request, for a person in front of a browser.
 *
 *   Problem → [problem page] → HTML
 */
import { html } from "hono/html";
import { plain } from "../phrase.ts";
import type { Problem } from "../problem.ts";
import { type Html, renderSheet } from "./shell.ts";

/** The page for a problem. */
export function renderProblem({ status, title, detail }: Problem): Html {
  const body = html`
      <p class="eyebrow">${status}</p>
      <h1>${plain(title)}</h1>
      ${detail === undefined ? "" : html`<p>${plain(detail)}</p>`}
      <p class="quiet">Look for something else above, or go to <a href="/">the latest journeys</a>.</p>`;
  return renderSheet({ title, body });
}
