/**
 * Json text: parsed JSON as text again, however deep it is.
 *
 *   Json → [json_text] → text
 *
 * JSON.parse reads any depth, but JSON.stringify and every function that calls itself run out of stack on it.
 * JSON.stringify knows no bigint either.
 */
import { isObject, type Json } from "./json_fields.ts";

type Part = { readonly text: string } | { readonly value: Json };

/** The value as JSON. */
export function jsonText(value: Json): string {
  const texts: string[] = [];
  const todo: Part[] = [{ value }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if ("text" in next) texts.push(next.text);
    else for (const part of partsOf(next.value)) todo.push(part);
  }
  return texts.join("");
}

/** Whether anything in it lies more than so many levels down; a scalar is one level. */
export function isDeeper(value: Json, levels: number): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) =>
      typeof one === "object" && one !== null ? Object.values(one).map((inner) => inner ?? null) : [],
    );
  }
  return false;
}

/** What to write for a value, last first. */
function partsOf(value: Json): Part[] {
  if (Array.isArray(value)) {
    const elements = value.flatMap((element: Json) => [{ text: "," }, { value: element }]);
    return [{ text: "[" }, ...elements.slice(1), { text: "]" }].reverse();
  }
  if (typeof value === "bigint") return [{ text: String(value) }];
  if (!isObject(value)) return [{ text: JSON.stringify(value) }];
  const members = Object.entries(value).flatMap(([name, member]) => [
    { text: "," },
    { text: `${JSON.stringify(name)}:` },
    { value: member ?? null },
  ]);
  return [{ text: "{" }, ...members.slice(1), { text: "}" }].reverse();
}
