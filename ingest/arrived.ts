/**
 * Arrived: deliveries that are durable and not looked at yet.
 *
 *   journal → [arrived] → extract, add
 *
 * A sender waits for the disk and for nothing else: what its delivery says is read right after its ack went out, one
 * delivery a turn of the event loop. Nobody can tell the difference, because whoever asks has all of them read first.
 */

/** What it works with. */
export interface ArrivedOptions {
  readonly log: { readonly warn: (fields: object, text: string) => void };
  /** puts here what was acked elsewhere and is on its way. @default nothing is */
  readonly takeAll?: () => void;
}

/** Deliveries of which nothing is known but that they are safe. */
export class Arrived<T> {
  readonly #read: (arrival: T) => void;
  readonly #options: ArrivedOptions;
  #waiting: T[] = [];

  /** @param read  reads one; called in the order of arrival */
  constructor(read: (arrival: T) => void, options: ArrivedOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** Notes the newest. It is read soon, without anybody asking. */
  put(arrival: T): void {
    if (this.#waiting.push(arrival) === 1) setImmediate(() => this.#readOne());
  }

  /** Reads all that are here, and those on their way. */
  readAll(): void {
    this.#options.takeAll?.();
    for (const arrival of this.#waiting.splice(0)) this.#tryToRead(arrival);
  }

  #readOne(): void {
    for (const arrival of this.#waiting.splice(0, 1)) this.#tryToRead(arrival);
    if (this.#waiting.length > 0) setImmediate(() => this.#readOne());
  }

  #tryToRead(arrival: T): void {
    try {
      this.#read(arrival);
    } catch (err) {
      // Its sender was told that it is safe, and in the journal it is.
      this.#options.log.warn(
        { err },
        "A delivery could not be read; the journal keeps it for the next start.",
      );
    }
  }
}
