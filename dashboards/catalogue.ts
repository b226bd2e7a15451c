/**
 * Catalogue: every dashboard we ship, as the text of its file.
 *
 *   dashboards → [render] → *.json, mounted into Grafana
 *
 * Deterministic: the same code gives the same bytes, and a test compares them with the committed files.
 */
import { journeysDashboard } from "./journeys.ts";
import { slosDashboard } from "./slos.ts";

/** One file to write. */
export interface Rendered {
  /** file name in `dashboards/` */
  readonly file: string;
  readonly json: string;
}

/** All dashboards. */
export function render(): Rendered[] {
  return [
    { file: "journeys.json", json: text(journeysDashboard()) },
    { file: "slos.json", json: text(slosDashboard()) },
  ];
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
