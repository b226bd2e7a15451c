/**
 * Telling: what a landing would do itself if it were not elsewhere: log, and end own traces that come back.
 *
 *   receiver → [telling] → port → landed.ts
 */
import { pino } from "pino";
import type { Tracing } from "../../collector/tracing.ts";
import type { EdgeLog } from "../../collector/visit.ts";
import type { Note } from "./words.ts";

/** Tells the other side. */
export type Tell = (note: Note) => void;

/** A log that is written over there. */
export function tellingLog(tell: Tell): EdgeLog {
  const line =
    (level: "info" | "warn" | "error") =>
    (fields: object, text = "") => {
      const { err, ...rest } = { err: undefined, ...fields };
      // An error is the same on the other side of a port only when it is written out.
      const told = err === undefined ? rest : { ...rest, err: { ...pino.stdSerializers.err(err) } };
      tell({ kind: "log", level, fields: told, text });
    };
  const log = { info: line("info"), warn: line("warn"), error: line("error") };
  return log as EdgeLog; // whoever logs at the edge gives fields and a text
}

/** Own spans are made by several threads: whether a mark that came back is its own each has to see. */
export function telling(tracing: Tracing, tell: Tell): Tracing {
  return {
    span: tracing.span,
    cameBack: (mark) => {
      tracing.cameBack(mark);
      tell({ kind: "cameBack", mark });
    },
  };
}
