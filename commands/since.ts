/**
 * Since: how far back a command looks, as one says it.
 *
 * `24h`, `7d`: so long before now. A time in RFC 3339, or a day, is itself.
 */
import { Failure } from "../errors.ts";
import { DurationMs } from "../ingest/yaml_scalars.ts";

/**
 * The moment, as RFC 3339.
 *
 * @throws {Failure} `bad_request` when it is neither a length of time nor a time
 */
export function sinceOf(text: string, nowMs: number): string {
  const duration = DurationMs.safeParse(text);
  if (duration.success) return new Date(nowMs - duration.data).toISOString();
  if (!Number.isNaN(Date.parse(text)) && /^\d{4}-\d\d-\d\d/.test(text)) return new Date(text).toISOString();
  throw new Failure("bad_request", `${text} is neither a length of time such as 24h or 7d nor a time.`);
}
