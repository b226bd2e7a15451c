/**
 * Decoded hop: a row of the columns, whole: what is told of it, and what is only stored.
 */
import { stringAt } from "../../collector/decoder/batch.ts";
import { word } from "../../collector/decoder/buffers.ts";
import type { HopBatch } from "../../collector/decoder/columns.ts";
import type { Hop } from "../../collector/hop.ts";

/** A hop with what is stored beside it for Grafana alone. */
export interface DecodedHop extends Hop {
  readonly severity: number;
  readonly traceState: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly droppedEvents: number;
  readonly droppedAttributes: number;
}

/** The rows of a batch. */
export function decodedHops({ columns, hop }: HopBatch): DecodedHop[] {
  const { fixed, scopes, traceState } = columns;
  return Array.from({ length: columns.rows }, (_, row) => {
    const scope = fixed.scope[row] ?? 0;
    return {
      ...hop(row),
      severity: fixed.severity[row] ?? 0,
      traceState: stringAt(traceState, row),
      scopeName: stringAt(scopes.names.entries, word(scopes.name, scope)),
      scopeVersion: stringAt(scopes.versions.entries, word(scopes.version, scope)),
      droppedEvents: fixed.droppedEvents[row] ?? 0,
      droppedAttributes: fixed.droppedAttributes[row] ?? 0,
    };
  });
}
