/**
 * Reject: why one record among many is refused.
 *
 *   decoder → [BadRecord] → RejectedItem
 *
 * A `BadRecord` travels only from the place that finds the fault to the loop over the records of its own decoder,
 * which turns it into data and goes on with the neighbour. It never leaves `collector/`.
 */
import { Failure } from "../../errors.ts";

/** Stable codes for counting refusals. */
export type Reason =
  | "wire" // the protobuf of the record cannot be read
  | "type" // a JSON value has the wrong type
  | "utf8" // a string is not valid UTF-8
  | "depth" // attribute values nested too deeply
  | "trace_id"
  | "span_id"
  | "parent_id"
  | "time_missing"
  | "time_range"
  | "resource_size" // more resource attributes than any real resource has
  | "attribute"; // a CloudEvents context attribute is missing or not allowed

/** One record cannot be kept. */
export class BadRecord extends Error {
  override readonly name = "BadRecord";
  readonly reason: Reason;

  constructor(reason: Reason, text: string) {
    super(text);
    this.reason = reason;
  }
}

/** Reads a part that may be bad: answers its fault, or null when there is none. Bugs are thrown on. */
export function attempt(read: () => void): BadRecord | null {
  try {
    read();
    return null;
  } catch (cause) {
    if (cause instanceof BadRecord) return cause;
    throw cause;
  }
}

/** Reads the body as a whole: a fault that no record caught is a fault of the body. */
export function wholeBody<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof BadRecord) throw new Failure("malformed", `${cause.message}.`, cause);
    throw cause;
  }
}
