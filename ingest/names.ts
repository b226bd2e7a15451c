/**
 * Names: the live keys, messages and events, by kind and value.
 *
 *   live → [names]
 *
 * Two maps deep, so that looking a name up makes no string.
 */
import type { Name } from "./cluster.ts";

/** Live names. */
export class Names {
  readonly #kinds = new Map<string, Map<string, Name>>();

  /** The name of this kind and value, if it is live. */
  get(kind: string, value: string): Name | undefined {
    return this.#kinds.get(kind)?.get(value);
  }

  add(name: Name): void {
    const values = this.#kinds.get(name.kind) ?? new Map<string, Name>();
    if (values.size === 0) this.#kinds.set(name.kind, values);
    values.set(name.value, name);
  }

  delete({ kind, value }: Name): void {
    this.#kinds.get(kind)?.delete(value);
  }
}
