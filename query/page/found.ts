/**
 * Found page: what a search found, when it is not exactly one thing.
 *
 *   Found → [found page] → HTML
 */
import { html } from "hono/html";
import { plain, renderCount } from "../phrase.ts";
import { type Html, renderSheet } from "./shell.ts";

/** What a search found, when it is not exactly one thing. */
export function renderFound(id: string, found: readonly Hit[]): Html {
  const count = new Set(found.flatMap(({ subjects }) => subjects.map(({ url }) => url))).size;
  const body = html`
      <h1>${count === 0 ? "Nothing is known" : renderCount(count, "answer")} for <code>${plain(id)}</code></h1>
      ${
        count === 0
          ? html`<p class="quiet">No fact carries this id under a kind that <code>waybill.yaml</code> declares. Ids are
          compared letter by letter, and a fact is found a moment after it was sent.</p>`
          : found.map(renderHit)
      }`;
  return renderSheet({ title: id, searched: id, body });
}

/** One kind under which an id is known, with the addresses of the subjects it leads to. */
export interface Hit {
  readonly kind: string;
  readonly subjects: readonly { readonly kind: string; readonly id: string; readonly url: string }[];
}

function renderHit({ kind, subjects }: Hit): Html {
  return html`
      <section aria-label="as ${plain(kind)}"><h2>as ${plain(kind)}</h2>
        <ul class="plain">${subjects.map(
          (subject) =>
            html`<li><a href="${subject.url}">${plain(subject.id)}</a> <span class="quiet">${plain(subject.kind)}</span></li>`,
        )}</ul></section>`;
}
