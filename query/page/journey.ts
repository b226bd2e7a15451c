/**
 * Journey: its steps from top to bottom, with who owns each and when it was due.
 *
 *   JourneyView → [journey] → subject page
 */
import { html } from "hono/html";
import type { JourneyView, StepView } from "../answer.ts";
import { plain, renderDuration, who } from "../phrase.ts";
import { type Html, renderMoment, renderState } from "./shell.ts";

const MARKS: Record<StepView["state"], string> = {
  done: "✓",
  failed: "✕",
  overdue: "!",
  pending: "",
  skipped: "",
};

/** One journey as a card with a timeline. */
export function renderJourney(journey: JourneyView): Html {
  return html`
          <section class="card" aria-label="${plain(journey.definition)}">
            <h3>${plain(journey.definition)} ${renderState(journey.state)}</h3>
            <p class="quiet">${who(journey.owner)} · began ${renderMoment(journey.startedAt)} · deadline
              ${renderMoment(journey.deadline, journey.startedAt)}</p>
            <ol class="steps">${journey.steps.map((step) => renderStep(step, journey))}</ol>
          </section>`;
}

function renderStep(step: StepView, journey: JourneyView): Html {
  return html`
              <li class="${step.state}"><span class="mark" aria-hidden="true">${MARKS[step.state]}</span>
                <span class="what"><b>${plain(step.name)}</b> <span class="word">${step.state}</span></span>
                <span class="when">${renderWhen(step, journey)}</span>
                <span class="owner">${plain(step.owner)}</span></li>`;
}

function renderWhen({ at, dueAt, state }: StepView, { startedAt }: JourneyView): Html | string {
  if (at !== null) {
    const afterMs = Date.parse(at) - Date.parse(startedAt);
    const offset = `${afterMs < 0 ? "−" : "+"}${renderDuration(afterMs)}`;
    return html`${renderMoment(at, startedAt)} <span class="quiet">${offset}</span>`;
  }
  if (dueAt === null || state === "skipped") return "";
  return html`<span class="quiet">${state === "overdue" ? "was due" : "due"}</span> ${renderMoment(dueAt, startedAt)}`;
}
