/**
 * Arrived: deliveries that are durable and not looked at yet.
 *
 *   journal → [arrived] → extract, add
 *
 * A sender waits for the disk and for nothing else: what its delivery says is read right after its ack went out, in the
 * same turn of the event loop. Nobody can tell the difference, because whoever asks has it read first.
 */

/** Deliveries of which nothing is known but that they are safe. */
export class Arrived<T> {
  readonly #read: (arrival: T) => void;
  readonly #log: Log;
  #waiting: T[] = [];

  /** @param read  reads one; called in the order of arrival */
  constructor(read: (arrival: T) => void, log: Log) {
    this.#read = read;
    this.#log = log;
  }

  /** Notes the newest. It is read soon, without anybody asking. */
  put(arrival: T): void {
    if (this.#waiting.push(arrival) === 1) setImmediate(() => this.readAll());
  }

  /** Reads all that are here. */
  readAll(): void {
    for (const arrival of this.#waiting.splice(0)) {
      try {
        this.#read(arrival);
      } catch (err) {
        // Its sender was told that it is safe, and in the journal it is.
        this.#log.warn({ err }, "A delivery could not be read; the journal keeps it for the next start.");
      }
    }
  }
}

interface Log {
  readonly warn: (fields: object, text: string) => void;
}
