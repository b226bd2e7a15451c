/**
 * Json digits: JSON parsed as the platform does it, but no digit of an integer is lost.
 *
 *   text → [json_digits] → Json
 *
 * An id such as 1234567890123456781 is no double: JSON.parse makes it 1234567890123456800, the same as its neighbours.
 * Here an integer of 2^53 or more, of either sign, is a bigint; all else is what JSON.parse gives.
 * Takes time in proportion to the text, and any depth of nesting.
 */
import type { Json } from "./json_fields.ts";

/**
 * Parses JSON. Integers of up to 512 digits are exact: longer ones are nobody's id, and their arithmetic takes ever
 * longer per digit.
 *
 * @throws {SyntaxError} when it is not JSON
 */
export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return LONG_INTEGER.test(text) ? exact(text) : value;
}

/** Where a number may begin, and 2^53 or more: such integers have 16 digits from 9 on, or more. Strings hold some too. */
const LONG_INTEGER = /(?:^|[\s,:[])-?(?:9\d{15}|[1-9]\d{16})/;

const INTEGER = /^-?\d{16,512}$/;
const WORD = /[\w.+-]+/y;

/** A list or an object that is not closed yet. */
interface Level {
  readonly into: Json[] | Record<string, Json>;
  /** of the member whose value comes next; null in lists, and where a name comes next */
  name: string | null;
}

/** The value of a text that is known to be JSON. Keeps its own stack: the text may nest deeper than calls can. */
function exact(text: string): Json {
  const root: Json[] = [];
  const outer: Level[] = [];
  let level: Level = { into: root, name: null };
  let end = 0;
  for (let at = 0; at < text.length; at = end) {
    const first = text.charAt(at);
    end = at + 1;
    if (first === "[" || first === "{") {
      outer.push(level);
      level = { into: first === "[" ? [] : {}, name: null };
    } else if (first === "]" || first === "}") {
      const closed = level.into;
      level = outer.pop() ?? level;
      put(level, closed);
    } else if (first === '"') {
      end = endOfString(text, at);
      putString(level, text.slice(at, end));
    } else if (first > " " && first !== "," && first !== ":") {
      end = endOfWord(text, at);
      put(level, scalarOf(text.slice(at, end)));
    }
  }
  return root[0] ?? null;
}

function putString(level: Level, quoted: string): void {
  if (level.name !== null || Array.isArray(level.into)) put(level, JSON.parse(quoted));
  else level.name = quoted.includes("\\") ? JSON.parse(quoted) : quoted.slice(1, -1);
}

/** As JSON.parse does it: of members with one name the last counts, and `__proto__` is a name like any other. */
function put(level: Level, value: Json): void {
  const { into, name } = level;
  if (Array.isArray(into)) into.push(value);
  else if (name === "__proto__")
    Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
  else into[name ?? ""] = value;
  level.name = null;
}

/** Behind the first quote that no backslash takes. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); ; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charAt(before - 1) === "\\") before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
}

/** Behind a number, `true`, `false` or `null`. */
function endOfWord(text: string, begin: number): number {
  WORD.lastIndex = begin;
  WORD.test(text);
  return WORD.lastIndex;
}

function scalarOf(word: string): Json {
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  const number = Number(word);
  return !Number.isSafeInteger(number) && INTEGER.test(word) ? BigInt(word) : number;
}
