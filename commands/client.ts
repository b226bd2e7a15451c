/**
 * Client: the API of a running Waybill, as the commands call it.
 *
 *   command → [client] → HTTP → answer, or a Failure with what the API said
 */
import { FAILURES, Failure, type FailureCode } from "../errors.ts";
import { KnownElsewhere, Problem } from "../query/problem.ts";
import type { Surroundings } from "./around.ts";

/** One call. */
export interface Call {
  readonly path: string;
  readonly accept: "application/json" | "text/plain" | "application/x-ndjson";
  /** sent as JSON, and the method is then POST; nothing is sent when it is left out */
  readonly body?: unknown;
  /** a running Waybill; the one on this machine when left out */
  readonly url?: string | undefined;
}

/**
 * Calls the API.
 *
 * @throws {Failure} what the API answered when it is not a success; `unreachable` when nobody answers, or something else;
 *   `bad_request` when the address is none
 */
export async function callApi(around: Surroundings, call: Call): Promise<Response> {
  const { token } = around.config();
  const base = baseOf(around, call.url);
  const headers: Record<string, string> = { accept: call.accept };
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  if (call.body !== undefined) headers["content-type"] = "application/json";
  const sent = call.body === undefined ? {} : { method: "POST", body: JSON.stringify(call.body, longAsText) };
  const response = await fetch(addressOf(call.path, base), { headers, ...sent }).catch((error: unknown) => {
    throw new Failure("unreachable", `Nobody is at ${base}; start one with: npm start`, error);
  });
  if (response.ok) return response;
  const failure = failureIn(await response.text());
  if (failure !== null) throw failure;
  const detail = `What is at ${base} answers ${response.status} in another way; the API is where the page is`;
  throw new Failure("unreachable", detail);
}

function baseOf(around: Surroundings, url: string | undefined): string {
  const { host, apiPort } = around.config();
  return url ?? `http://${host.includes(":") ? `[${host}]` : host}:${apiPort}`;
}

/**
 * The whole address of a path that the API named, for a person to open.
 *
 * @throws {Failure} `bad_request` when the address of the API is none
 */
export function wholeAddress(around: Surroundings, path: string, url: string | undefined): string {
  return addressOf(path, baseOf(around, url)).href;
}

function addressOf(path: string, base: string): URL {
  const address = URL.canParse(path, base) ? new URL(path, base) : null;
  if (address?.protocol === "http:" || address?.protocol === "https:") return address;
  throw new Failure("bad_request", `--url must be an http:// or https:// address; ${base} is none.`);
}

/** JSON.stringify knows no bigint: it goes as text, which OTLP/JSON takes for the number. */
function longAsText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** The text of an answer. */
export async function fetchText(around: Surroundings, call: Call): Promise<string> {
  return (await callApi(around, call)).text();
}

const Told = Problem.pick({ type: true, detail: true, elsewhere: true });

/** The failure that a problem tells of; null when it is none of ours: another door, or a proxy in between. */
function failureIn(text: string): Failure | null {
  const told = Told.safeParse(jsonIn(text));
  if (!told.success || !told.data.type.startsWith(PROBLEM)) return null;
  const { type, detail, elsewhere } = told.data;
  if (elsewhere !== undefined) return new KnownElsewhere(detail ?? "", elsewhere);
  const code = type.slice(PROBLEM.length);
  return new Failure(isCode(code) ? code : "internal", detail);
}

const PROBLEM = "urn:waybill:problem:";

function isCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy in between answers in its own way
  }
}

/**
 * Calls what answers in many lines, and gives each as it comes.
 *
 * @throws {Failure} what broke it off in the middle, too
 */
export async function* callLines(around: Surroundings, call: Omit<Call, "accept">): AsyncGenerator<unknown> {
  const response = await callApi(around, { ...call, accept: "application/x-ndjson" });
  let rest = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield whole(line);
  }
  if (rest !== "") throw new Failure("store_unavailable", "The answer broke off.");
}

function whole(line: string): unknown {
  const piece: unknown = JSON.parse(line);
  const problem: unknown =
    typeof piece === "object" && piece !== null ? Reflect.get(piece, "problem") : undefined;
  if (problem !== undefined)
    throw failureIn(JSON.stringify(problem)) ?? new Failure("store_unavailable", "The answer broke off.");
  return piece;
}
