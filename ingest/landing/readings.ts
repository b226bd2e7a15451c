/**
 * Readings: what is read back from the journal a few deliveries at a time, because who wants them is elsewhere.
 *
 *   journal → reread → [readings] → landed.ts
 */
import { areTooMany } from "../../collector/decoder/columns_memory.ts";
import type { Received } from "../../collector/request.ts";
import { own } from "../own.ts";
import type { Reread } from "../reread.ts";
import type { LandedAgain, Landing } from "./words.ts";

/** What one answer holds at the most, but one delivery at least; count, and bytes as `HopBatch` counts them. */
const DELIVERIES_MAX = 64;
const BYTES_MAX = 2 ** 24;

/** A delivery as plain data. */
export function landingOf({ envelope, decoded }: Received): Landing {
  const rejected = decoded.rejected.map((item) => ({ ...item, bytes: own(item.bytes) }));
  return { envelope, columns: decoded.batch.columns, rejected, areTooMany: areTooMany() };
}

/** Everything that is being read. */
export class Readings {
  readonly #going = new Map<number, AsyncGenerator<Reread>>();
  #serial = 0;

  /** Begins one. Answers its number. */
  begin(reading: AsyncGenerator<Reread>): number {
    this.#going.set(++this.#serial, reading);
    return this.#serial;
  }

  /** The next few; none when that was all. */
  async more(reading: number): Promise<LandedAgain[]> {
    const going = this.#going.get(reading);
    const some: LandedAgain[] = [];
    let bytes = 0;
    while (going !== undefined && some.length < DELIVERIES_MAX && bytes < BYTES_MAX) {
      const { done, value } = await going.next();
      if (done === true) break;
      const { received, ...about } = value;
      some.push({ ...about, landing: landingOf(received) });
      bytes += received.decoded.batch.bytes;
    }
    return some;
  }

  /** Ends one, read to its end or not. */
  async end(reading: number): Promise<void> {
    await this.#going.get(reading)?.return(undefined);
    this.#going.delete(reading);
  }
}
