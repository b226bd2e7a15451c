/**
 * Found page: what a search found, when it is not exactly one thing.
 *
 *   Found → [found page] → HTML
 */
import { html } from "hono/html";
import { plain, renderCount, sentence, who } from "../phrase.ts";
import type { Unclaimed } from "../unclaimed.ts";
import { type Html, renderMoment, renderSheet } from "./shell.ts";

/** What a search found, when it is not exactly one thing. */
export function renderFound(id: string, found: readonly Hit[]): Html {
  const count = new Set(found.flatMap(({ subjects }) => subjects.map(({ url }) => url))).size;
  const body = html`
      <h1>${found.length === 0 ? "Nothing is known" : count === 0 ? "No journey" : renderCount(count, "answer")} for <code>${plain(id)}</code></h1>
      ${
        found.length === 0
          ? html`<p class="quiet">No fact carries this id under a kind that <code>waybill.yaml</code> declares. Ids are
          compared letter by letter, and a fact is found a moment after it was sent.</p>`
          : found.map(renderHit)
      }`;
  return renderSheet({ title: id, searched: id, body });
}

/** One kind under which an id is known, with the addresses of the subjects it leads to, and what leads to none. */
export interface Hit {
  readonly kind: string;
  readonly subjects: readonly { readonly kind: string; readonly id: string; readonly url: string }[];
  readonly unclaimed?: Unclaimed | undefined;
}

function renderHit({ kind, subjects, unclaimed }: Hit): Html {
  return html`
      <section aria-label="as ${plain(kind)}"><h2>as ${plain(kind)}</h2>
        ${subjects.length + (unclaimed?.facts ?? 0) === 0 ? html`<p class="quiet">Leads to no journey.</p>` : ""}
        ${
          subjects.length === 0
            ? ""
            : html`<ul class="plain">${subjects.map(
                (subject) =>
                  html`<li><a href="${subject.url}">${plain(subject.id)}</a> <span class="quiet">${plain(subject.kind)}</span></li>`,
              )}</ul>`
        }
        ${unclaimed === undefined ? "" : renderUnclaimed(unclaimed)}</section>`;
}

function renderUnclaimed({ facts, earliest, text }: Unclaimed): Html {
  const rest = facts - earliest.length;
  return html`<p>${sentence(text)} Keys are looked for where <code>waybill.yaml</code> says under <code>keys</code>.</p>
        <ul class="plain">${earliest.map(
          ({ at, service, name }) =>
            html`<li>${renderMoment(at)} <span class="service">${who(service)}</span> <code>${plain(name)}</code></li>`,
        )}${rest === 0 ? "" : html`<li class="quiet">and ${rest} more</li>`}</ul>`;
}
