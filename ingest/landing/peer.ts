/**
 * Peer: one of two sides of a port, which ask each other and tell each other.
 *
 *   call, tell → port → [peer] → the other side's methods, its ears
 *
 * What is said arrives whole and in order; a call's answer comes after all that was told before it. A `Failure` arrives
 * as one, with its code. Knows nothing of what is talked about.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { Failure, type FailureCode } from "../../errors.ts";

/** What one side can be asked. Arguments and answers are copied, so they are plain data. */
export type Methods = Readonly<Record<string, (...values: never[]) => unknown>>;

/** What is said over a port. */
type Said<Note> =
  | { readonly kind: "ask"; readonly id: number; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refuse"; readonly id: number; readonly error: Carried }
  | { readonly kind: "tell"; readonly note: Note };

/** An error on its way. Of a cause only what a log shows. */
interface Carried {
  readonly code: FailureCode | null;
  readonly text: string;
  readonly stack: string;
  readonly cause: string | null;
}

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What one side brings. */
export interface PeerOptions<Note> {
  /** what the other side may ask */
  readonly methods: Methods;
  /** is told what the other side tells, in order */
  readonly hear: (note: Note) => void;
}

/** One side. `Note` is what the other side tells, `Theirs` what it can be asked. */
export class Peer<Theirs extends Methods, Note = never> {
  readonly #port: MessagePort;
  readonly #options: PeerOptions<Note>;
  readonly #asked = new Map<number, Asked>();
  #serial = 0;
  #isOver = false;

  constructor(port: MessagePort, options: PeerOptions<Note>) {
    this.#port = port;
    this.#options = options;
    port.on("message", (said: Said<Note>) => this.#take(said));
    port.on("close", () => this.#giveUp());
  }

  /** Asks the other side. @throws what the method throws there; `stopping` when the other side is gone */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...values: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    const id = ++this.#serial;
    if (this.#isOver) return Promise.reject(new Failure("stopping"));
    return new Promise((resolve, reject) => {
      const settled = resolve as Asked["resolve"]; // the answer is of the method that was asked
      this.#asked.set(id, { resolve: settled, reject });
      this.#say({ kind: "ask", id, name, values });
    });
  }

  /** Tells the other side, which does not answer. */
  tell(note: unknown): void {
    this.#say({ kind: "tell", note });
  }

  /** Takes in now all that the other side has said so far, without waiting for a turn of the event loop. */
  takeAll(): void {
    for (
      let got = receiveMessageOnPort(this.#port);
      got !== undefined;
      got = receiveMessageOnPort(this.#port)
    )
      this.#take(got.message);
  }

  /** Ends it; what was asked and not answered is refused. */
  close(): void {
    this.#isOver = true;
    this.#port.close();
  }

  #say(said: Said<unknown>): void {
    this.#port.postMessage(said);
  }

  #take(said: Said<Note>): void {
    if (said.kind === "tell") this.#options.hear(said.note);
    else if (said.kind === "ask") void this.#answer(said);
    else this.#settle(said);
  }

  #settle(said: Exclude<Said<Note>, { kind: "tell" | "ask" }>): void {
    const asked = this.#asked.get(said.id);
    this.#asked.delete(said.id);
    if (said.kind === "answer") asked?.resolve(said.value);
    else asked?.reject(arrived(said.error));
  }

  async #answer({ id, name, values }: Extract<Said<Note>, { kind: "ask" }>): Promise<void> {
    try {
      const method = this.#options.methods[name];
      if (method === undefined) throw new RangeError(`nobody can be asked for ${name}`);
      const value = await method(...(values as never[])); // its caller was held to the parameters
      this.#say({ kind: "answer", id, value });
    } catch (error) {
      this.#say({ kind: "refuse", id, error: carried(error) });
    }
  }

  #giveUp(): void {
    this.#isOver = true;
    for (const { reject } of this.#asked.values()) reject(new Failure("stopping"));
    this.#asked.clear();
  }
}

function carried(error: unknown): Carried {
  if (!(error instanceof Error)) return { code: null, text: String(error), stack: "", cause: null };
  const { stack = "", message, cause } = error;
  const why = cause === undefined ? null : String(cause instanceof Error ? cause.stack : cause);
  if (error instanceof Failure) return { code: error.code, text: error.detail, stack, cause: why };
  return { code: null, text: message, stack, cause: why };
}

function arrived({ code, text, stack, cause }: Carried): Error {
  const error = code === null ? new Error(text, { cause }) : new Failure(code, text, cause ?? undefined);
  error.stack = stack;
  return error;
}
