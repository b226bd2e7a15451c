/**
 * Sightings: which declared keys and steps recorded hops ever showed, and under which names attributes really come.
 *
 *   hops → [sightings] → rehearsal
 *
 * Pure. Looks only for what was not seen yet, so that it soon costs nothing.
 */
import type { Attributes, Hop } from "../collector/hop.ts";
import { nearest } from "../nearest.ts";
import type { Definitions, KeyKind } from "./definitions.ts";
import { keysOf } from "./keys.ts";
import { matches } from "./match.ts";

const NAMES_MAX = 5_000;

/** What was looked for in vain so far. */
export class Sightings {
  readonly #kinds: Map<string, KeyKind>;
  readonly #steps: Map<string, readonly [definition: string, step: string]>;
  readonly #definitions: Definitions;
  readonly #names = new Set<string>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
    this.#kinds = new Map(definitions.keys.map((kind) => [kind.kind, kind]));
    this.#steps = new Map(
      definitions.journeys.flatMap(({ name, steps }) =>
        steps.map((step) => [`${name}\n${step.name}`, [name, step.name] as const]),
      ),
    );
  }

  /** Looks at hops. */
  add(hops: readonly Hop[]): void {
    for (const hop of hops) {
      if (this.#kinds.size > 0) this.#lookForKeys(hop);
      if (this.#steps.size > 0) this.#lookForSteps(hop);
    }
  }

  #lookForKeys(hop: Hop): void {
    for (const kind of keysOf(hop, [...this.#kinds.values()]).keys()) this.#kinds.delete(kind);
    if (this.#names.size > NAMES_MAX) return;
    for (const attributes of attributesOf(hop)) for (const name of attributes.keys()) this.#names.add(name);
  }

  #lookForSteps(hop: Hop): void {
    for (const { name, steps } of this.#definitions.journeys) {
      for (const step of steps) {
        const key = `${name}\n${step.name}`;
        if (this.#steps.has(key) && matches(step.match, hop)) this.#steps.delete(key);
      }
    }
  }

  /** Kinds of keys that no hop carried, each with the name that comes closest to one it is looked for under. */
  unseenKeys(): { readonly kind: string; readonly nearest: string | null }[] {
    return [...this.#kinds.values()].map(({ kind, from }) => {
      const wanted = from.flatMap((source) =>
        source.kind === "attribute" || source.kind === "cloudevent" ? [source.name] : [],
      );
      const near = wanted.map((name) => nearest(name, this.#names)).find((name) => name !== undefined);
      return { kind, nearest: near ?? null };
    });
  }

  /** Steps of a definition that no hop matched. */
  unmatchedSteps(definition: string): string[] {
    return [...this.#steps.values()].flatMap(([name, step]) => (name === definition ? [step] : []));
  }
}

function attributesOf(hop: Hop): Attributes[] {
  return [
    hop.attributes,
    ...hop.events.map((event) => event.attributes),
    ...hop.links.map((link) => link.attributes),
  ];
}
