/**
 * Client: the API of a running Waybill, as the commands call it.
 *
 *   command → [client] → HTTP → answer, or a Failure with what the API said
 */
import { FAILURES, Failure, type FailureCode } from "../errors.ts";
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
 * @throws {Failure} what the API answered when it is not a success; `store_unavailable` when nobody answers
 */
export async function callApi(around: Surroundings, call: Call): Promise<Response> {
  const { host, apiPort, token } = around.config();
  const base = call.url ?? `http://${host.includes(":") ? `[${host}]` : host}:${apiPort}`;
  const headers: Record<string, string> = { accept: call.accept };
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  if (call.body !== undefined) headers["content-type"] = "application/json";
  const sent = call.body === undefined ? {} : { method: "POST", body: JSON.stringify(call.body) };
  const response = await fetch(new URL(call.path, base), { headers, ...sent }).catch((error: unknown) => {
    throw new Failure("store_unavailable", `No Waybill answers at ${base}; start one with: npm start`, error);
  });
  if (response.ok) return response;
  throw failureIn(response.status, await response.text());
}

/** The text of an answer. */
export async function fetchText(around: Surroundings, call: Call): Promise<string> {
  return (await callApi(around, call)).text();
}

function failureIn(status: number, text: string): Failure {
  const type = memberIn(text, "type").replace("urn:waybill:problem:", "");
  return new Failure(isCode(type) ? type : codeFor(status), memberIn(text, "detail"));
}

function isCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text);
}

function codeFor(status: number): FailureCode {
  if (status === 404) return "not_found";
  return status >= 500 ? "store_unavailable" : "bad_request";
}

function memberIn(problem: string, name: string): string {
  try {
    return String(Reflect.get(JSON.parse(problem), name) ?? "");
  } catch {
    return ""; // a proxy in between answers in its own way
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
  if (problem !== undefined) throw failureIn(503, JSON.stringify(problem));
  return piece;
}
