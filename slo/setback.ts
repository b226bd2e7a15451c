/**
 * Setback: what was decided by a clock that was ahead, brought back to what time it is.
 *
 *   board, memory → [setback] → board, watch
 *
 * Pure. Times that have not come yet become now: otherwise nothing could turn before they come, and a single look by a
 * clock that is a day ahead would silence everybody for a day. Whether a clock was ahead is windows.ts's to say.
 */
import type { Decided } from "./evaluate.ts";
import type { Firing } from "./firing.ts";
import type { AlertState, Incident } from "./incidents.ts";
import { isAhead, watermarkAt } from "./windows.ts";

/** What the tiers decided, none of it later than a watermark; epoch ms UTC. */
export function decidedBy(decided: Decided, watermarkMs: number): Decided {
  return new Map([...decided].map(([name, firing]) => [name, firingBy(firing, watermarkMs)]));
}

/** The alerts of an objective as they can be by now, if they were left by a clock that was ahead; else just they. */
export function caughtBack(state: AlertState, nowMs: number): AlertState {
  if (!isAhead(state.watermarkMs, nowMs)) return state;
  const watermarkMs = watermarkAt(nowMs);
  return {
    watermarkMs,
    decided: state.decided.map(([name, firing]) => [name, firingBy(firing, watermarkMs)]),
    exhausted: firingBy(state.exhausted, watermarkMs),
    noData: firingBy(state.noData, watermarkMs),
    incidents: state.incidents.map((incident) => incidentBy(incident, nowMs)),
  };
}

/** An incident that neither began nor ended later than at the watermark, and that nobody is told of in the future. */
export function incidentBy(incident: Incident, nowMs: number): Incident {
  const { startsAtMs, endsAtMs, told, endTold } = incident;
  const ahead = [startsAtMs, endsAtMs ?? 0, ...Object.values(told), ...Object.values(endTold)];
  if (!ahead.some((ms) => isAhead(ms, nowMs))) return incident;
  const watermarkMs = watermarkAt(nowMs);
  const by = (times: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(times).map(([target, ms]) => [target, Math.min(ms, nowMs)]));
  return {
    ...incident,
    startsAtMs: Math.min(startsAtMs, watermarkMs),
    endsAtMs: endsAtMs === null ? null : Math.min(endsAtMs, watermarkMs),
    told: by(told),
    endTold: by(endTold),
  };
}

function firingBy({ firing, sinceMs, turningMs }: Firing, watermarkMs: number): Firing {
  const by = (ms: number | null) => (ms === null ? null : Math.min(ms, watermarkMs));
  return { firing, sinceMs: by(sinceMs), turningMs: by(turningMs) };
}
