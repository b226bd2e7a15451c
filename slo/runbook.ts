/**
 * Runbook: where it is written what to do about an alert.
 *
 *   alert, address of the runbook → [runbook] → wording, rules
 *
 * Pure. Each alert has a heading of its name in docs/runbook.md, and so it should in anybody's copy of it. Where that is
 * read only those who run Waybill know: `runbook_url` in waybill.yaml. A path would lead nobody anywhere.
 */
import type { Incident } from "./incidents.ts";

/** The whole address of an alert's heading; "" when nobody said where the runbook is. */
export function runbookUrlOf(name: Incident["name"], runbookUrl: string | null): string {
  return runbookUrl === null ? "" : `${runbookUrl}#${name.toLowerCase()}`;
}
