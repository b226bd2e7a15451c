/**
 * Syncer: makes a file system keep what was written to it, whoever wrote it.
 *
 *   store → [syncer] → a shell that stays → sync
 *
 * The engine syncs nothing when it inserts or merges; file by file that would be a hundred syncs a block, so one goes
 * out for the whole file system. Node cannot do that itself, and starting a process out of one of gigabytes holds up
 * everything for a tenth of a second, in which its page tables are copied: so one shell is started, and stays.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Syncs for every line that comes in, and answers with a line: an empty one when it went well. */
const LOOP = `trap '' INT TERM HUP
while read -r line; do
  if said=$(sync "$@" 2>&1); then echo; else echo "sync ended with $?: $said" | tr '\\n' ' '; echo; fi
done`;

type Shell = ChildProcessByStdio<Writable, Readable, null>;

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Syncs one file system. Does not keep the process alive but for a sync that is awaited. */
export class Syncer {
  readonly #path: string;
  #shell: Shell | null = null;
  /** in the order of the answers */
  readonly #asked: Asked[] = [];

  /** @param path  a folder on that file system */
  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves once all that was written before would survive a power cut. @throws {Error} when the disk says otherwise */
  sync(): Promise<void> {
    this.#shell ??= this.#start();
    const shell = this.#shell;
    shell.ref();
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      shell.stdin.write("\n");
    });
  }

  /** Lets the shell end, once it has answered. */
  close(): void {
    this.#shell?.stdin.end();
  }

  #start(): Shell {
    const only = process.platform === "linux" ? ["-f", this.#path] : [];
    const shell = spawn("sh", ["-c", LOOP, "sh", ...only], { stdio: ["pipe", "pipe", "ignore"] });
    for (const end of [shell.stdin, shell.stdout]) if (end instanceof Socket) end.unref();
    createInterface({ input: shell.stdout }).on("line", (line) => this.#answered(line));
    const lost = (error: Error) => this.#lost(shell, error);
    // A line that could not be written gets no answer.
    shell.stdin.on("error", lost);
    shell.on("error", lost);
    shell.on("close", (code, signal) => lost(new Error(`the shell that syncs ended with ${code ?? signal}`)));
    return shell;
  }

  #answered(line: string): void {
    const asked = this.#asked.shift();
    if (this.#asked.length === 0) this.#shell?.unref();
    if (line === "") asked?.resolve();
    else asked?.reject(new Error(line.trim()));
  }

  /** The next sync starts another one. */
  #lost(shell: Shell, error: Error): void {
    if (this.#shell !== shell) return;
    this.#shell = null;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
