/**
 * Data points: counts what a metrics export holds, so that it can be refused truthfully.
 *
 *   body → [data points] → partial success
 *
 * Waybill stores no metrics, but SDKs and Collectors that send traces often send metrics to the same address. A 4xx
 * would be an error in their log for every export, for ever; a plain 200 would be a lie. A partial success that rejects
 * every point is final for the sender, retried by nobody, and says where metrics belong. For that we count; nothing
 * else of the body is read.
 */
import { Failure } from "../errors.ts";
import { attempt } from "./decoder/reject.ts";
import { type Cursor, cursor, enter, leave, skip, varint } from "./decoder/wire.ts";
import type { Encoding } from "./status.ts";

/** What the sender of metrics is told. */
export const NO_METRICS =
  "Waybill takes traces, logs and CloudEvents; metrics are not stored. Send them elsewhere, or set " +
  "OTEL_METRICS_EXPORTER=none.";

const LENGTH_DELIMITED = 2;

/**
 * The way from an ExportMetricsServiceRequest down to its data points: resource_metrics, scope_metrics, metrics, one of
 * gauge, sum, histogram, exponential_histogram and summary, data_points.
 */
const FIELDS = [[1], [2], [2], [5, 7, 9, 10, 11], [1]];
const NAMES = [
  ["resourceMetrics"],
  ["scopeMetrics"],
  ["metrics"],
  ["gauge", "sum", "histogram", "exponentialHistogram", "summary"],
  ["dataPoints"],
];

/**
 * How many data points a metrics export holds.
 *
 * @param body       not compressed
 * @throws {Failure} `malformed` when it is neither JSON nor protobuf, whichever was promised
 */
export function countDataPoints(encoding: Encoding, body: Uint8Array): number {
  if (encoding === "json") return countInJson(parse(body), NAMES);
  let points = 0;
  const fault = attempt(() => {
    points = countInProtobuf(cursor(body), FIELDS);
  });
  if (fault !== null) throw new Failure("malformed", `${fault.message}.`, fault);
  return points;
}

/** One array is opened per step of the way, so that nested arrays cannot lead deeper than the way is long. */
function countInJson(value: unknown, path: readonly string[][]): number {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.reduce<number>((total, item) => total + countInItem(item, path), 0);
}

function countInItem(item: unknown, [names, ...rest]: readonly string[][]): number {
  if (typeof item !== "object" || item === null) return 0;
  if (names === undefined) return 1;
  const inner = Object.entries(item).filter(([name]) => names.includes(name));
  return inner.reduce((total, [, value]) => total + countInJson(value, rest), 0);
}

function countInProtobuf(c: Cursor, path: readonly number[][]): number {
  const [fields, ...rest] = path;
  if (fields === undefined) return 1;
  let total = 0;
  while (c.at < c.end) {
    const tag = varint(c);
    if ((tag & 7) !== LENGTH_DELIMITED || !fields.includes(tag >>> 3)) skip(c, tag);
    else {
      const outer = enter(c);
      total += countInProtobuf(c, rest);
      leave(c, outer);
    }
  }
  return total;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new Failure("malformed", "It is not JSON in UTF-8.", error);
  }
}
