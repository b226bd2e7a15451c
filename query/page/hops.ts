/**
 * Hops: every fact, one a line, with a bar for when it was.
 *
 *   Answer → [hops] → subject page
 *
 * Bars are SVG attributes, for the policy forbids inline styles.
 */
import { html } from "hono/html";
import type { Answer, HopView } from "../answer.ts";
import { renderEvidence } from "../evidence.ts";
import { plain, quote, renderCount, renderDuration, who } from "../phrase.ts";
import { type Html, renderSentence } from "./shell.ts";

/** The time that the bars show; epoch milliseconds. */
interface Scale {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Where to go on from the table; null where there is nothing more. */
export interface HopPaths {
  /** the next page of facts */
  readonly next: string | null;
  /** the path of the same answer, to be asked for with an explanation */
  readonly explain: string | null;
}

/** The table of facts. */
export function renderHops({ hops }: Answer, { next: nextPath, explain }: HopPaths): Html {
  const hopById = new Map(hops.map((hop) => [hop.id, hop]));
  const scale = scaleOf(hops);
  return html`
        <section aria-labelledby="facts">
          <h2 id="facts">${renderCount(hops.length, "fact")}${nextPath === null ? "" : " on this page"}</h2>
          <div class="scroll" tabindex="0" role="region" aria-labelledby="facts">
            <table class="hops">
              <thead><tr><th scope="col">Time</th><th scope="col">Service and name</th><th scope="col">Took</th>
                <th scope="col"><span class="hidden">When</span></th><th scope="col">Keys</th>
                <th scope="col">Why it is here</th></tr></thead>
              <tbody>${hops.map((hop) => renderHop(hop, scale, hopById))}</tbody>
            </table>
          </div>
          ${nextPath === null ? "" : html`<p><a class="more" href="${nextPath}">More facts</a></p>`}
          ${explain === null ? "" : html`<p class="quiet"><a href="${explain}?explain=1">Derive the reasons again</a> from what is shown here.</p>`}
        </section>`;
}

function scaleOf(hops: readonly HopView[]): Scale {
  const fromMs = Math.min(...hops.map(({ at }) => Date.parse(at)));
  const toMs = Math.max(...hops.map(({ endAt }) => Date.parse(endAt)));
  return { fromMs, lengthMs: Math.max(1, toMs - fromMs) };
}

function renderHop(hop: HopView, scale: Scale, hopById: ReadonlyMap<string, HopView>): Html {
  const offsetMs = Date.parse(hop.at) - scale.fromMs;
  return html`
                <tr id="hop-${hop.id}" class="${hop.status === "error" ? "error" : ""}">
                  <td class="time"><time datetime="${hop.at}" title="${hop.at}">${hop.at.slice(11, 23)}</time>
                    <span class="quiet">+${renderDuration(offsetMs)}</span></td>
                  <td class="name"><span class="service">${who(hop.service)}</span> ${renderName(hop)}
                    ${renderNotes(hop)}</td>
                  <td class="took">${hop.kind === "span" ? renderDuration(hop.durationMs) : ""}</td>
                  <td class="bar">${renderBar(hop, scale)}</td>
                  <td class="keys">${renderKeys(hop)}</td>
                  <td class="why">${hop.evidence.map((each) => renderSentence(renderEvidence(each, hopById)))}${renderVerdict(hop)}</td>
                </tr>`;
}

function renderName(hop: HopView): Html {
  if (hop.name === "") return html`<span class="quiet">log line</span>`;
  return renderSentence(quote(hop.name));
}

function renderNotes(hop: HopView): Html {
  const error =
    hop.status === "error"
      ? html`<span class="note bad">error${hop.message ? `: ${plain(hop.message)}` : ""}</span>`
      : "";
  return html`${error}${hop.step === null ? "" : html`<span class="note">${plain(hop.step)}</span>`}${
    hop.shared ? html`<span class="note">shared</span>` : ""
  }${hop.contract === null ? "" : html`<span class="note">${plain(hop.contract)}</span>`}`;
}

function renderVerdict({ verdict }: HopView): Html | string {
  if (verdict === undefined) return "";
  if (verdict.verdict === "verified") return html` <span class="note">verified</span>`;
  const isBroken = verdict.verdict === "broken";
  return html` <span class="${isBroken ? "note bad" : "note"}">${isBroken ? "does not hold" : "cannot be shown"}: ${plain(verdict.why)}</span>`;
}

function renderBar(hop: HopView, { fromMs, lengthMs }: Scale): Html {
  const percent = (ms: number) => Math.round((ms / lengthMs) * 1_000) / 10;
  const width = Math.max(1.5, percent(hop.durationMs));
  const x = Math.min(100 - width, percent(Date.parse(hop.at) - fromMs));
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect x="${Math.max(0, x)}" width="${Math.min(100, width)}" height="6"></rect></svg>`;
}

function renderKeys({ keys }: HopView): Html {
  const pairs = Object.entries(keys).flatMap(([kind, values]) => values.map((value) => ({ kind, value })));
  return html`${pairs.map(({ kind, value }) => html`<span class="key"><span class="quiet">${plain(kind)}</span> ${plain(value)}</span>`)}`;
}
