/**
 * Problem: a failure as RFC 9457 tells it.
 *
 *   Failure, refused parameter, bug → [problem] → application/problem+json
 *
 * Says what the caller can mend. What a bug or the store had to say goes to the log, never to the caller.
 */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Env } from "hono";
import { HTTPException } from "hono/http-exception";
import { FAILURES, Failure } from "../errors.ts";
import { noun, renderList } from "./phrase.ts";

/** The body of every answer that is not one. */
export const Problem = z
  .object({
    type: z.string().describe("stable: urn:waybill:problem:<code>"),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional().describe("the path that was asked for"),
    errors: z
      .array(z.object({ field: z.string(), text: z.string() }))
      .optional()
      .describe("each parameter that was refused"),
    elsewhere: z
      .array(z.object({ kind: z.string(), url: z.string() }))
      .optional()
      .describe("what the id that is not known here is known as, and where its answer is"),
  })
  .openapi("Problem");

export type Problem = z.infer<typeof Problem>;

/** Seconds after which a retryable request is worth another try. */
const RETRY_AFTER_SECONDS = 2;

/** A refused parameter. */
export type FieldError = NonNullable<Problem["errors"]>[number];

/** A request whose parameters do not fit; carries each of them. */
export class BadParameters extends Failure {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super("bad_request", errors.map(({ field, text }) => `${field}: ${text}`).join("; "));
    this.errors = errors;
  }
}

/** Another kind that an id is known as, or `trace`, and the path of the answer about that. */
export type Elsewhere = NonNullable<Problem["elsewhere"]>[number];

/** An id that is not known as what it was asked for, and is as something else. */
export class KnownElsewhere extends Failure {
  readonly elsewhere: readonly Elsewhere[];

  /** @param detail  what `renderElsewhere` says of it */
  constructor(detail: string, elsewhere: readonly Elsewhere[]) {
    super("not_found", detail);
    // The text of the code, which stays the problem's title, says that nothing is known: here something is.
    this.message = detail;
    this.elsewhere = elsewhere;
  }
}

/** What a schema refused, by the fields' names; what no single field is to blame for is the body's. */
export function fieldErrors({ issues }: z.core.$ZodError): FieldError[] {
  return issues.map(({ path, message }) => ({ field: path.join(".") || "body", text: message }));
}

/** What is said of an id that is not of that kind of key, and what it is known as. */
export function renderElsewhere(kind: string, elsewhere: readonly Elsewhere[]): string {
  const known = renderList(elsewhere.map((each) => `${each.kind}: ${each.url}`));
  return `No ${noun(kind)} of that id; it is known as ${known}`;
}

/** What the router throws itself, by status: it could not read the body. */
const ROUTER_FAILURES = new Map<number, (cause: unknown) => Failure>([
  [400, (cause) => new Failure("malformed", "It is not JSON.", cause)],
  [415, (cause) => new Failure("media_type", "A body is sent as `content-type: application/json`.", cause)],
]);

/** The failure that an error stands for, where it does for one; else the error. */
export function failureOf(error: Error): Error {
  if (!(error instanceof HTTPException)) return error;
  return ROUTER_FAILURES.get(error.status)?.(error) ?? error;
}

/** The problem that a thrown error is to its caller. Anything but a `Failure` is our bug. */
export function problemOf(thrown: unknown, instance: string): Problem {
  const error = thrown instanceof Failure ? thrown : new Failure("internal");
  const problem = {
    type: `urn:waybill:problem:${error.code}`,
    title: FAILURES[error.code].text,
    status: error.status,
    instance,
    ...(error.detail === "" ? {} : { detail: error.detail }),
  };
  if (error instanceof KnownElsewhere) return { ...problem, elsewhere: [...error.elsewhere] };
  return error instanceof BadParameters ? { ...problem, errors: [...error.errors] } : problem;
}

/** Headers that go with a failure. */
export function problemHeaders(error: unknown): Record<string, string> {
  const isRetryable = error instanceof Failure && error.retryable;
  return {
    "cache-control": "no-store",
    ...(isRetryable ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
  };
}

/** An empty group of routes that refuses parameters by name. */
export function createRoutes<E extends Env = Env>(): OpenAPIHono<E> {
  return new OpenAPIHono<E>({
    defaultHook: (result) => {
      if (result.success) return;
      throw new BadParameters(fieldErrors(result.error));
    },
  });
}

/** What every route may answer with besides its own. */
export const PROBLEMS = problems({
  400: "A parameter does not fit",
  401: "No valid token",
  503: "Try again in a moment",
});

/** The same where a body is read. */
export const BODY_PROBLEMS = {
  ...PROBLEMS,
  ...problems({
    400: "A parameter does not fit, or the body is not JSON",
    413: "The body is too large",
    415: "The body is not said to be JSON",
  }),
};

function problems(descriptions: Readonly<Record<number, string>>) {
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [
      status,
      { description, content: { "application/problem+json": { schema: Problem } } },
    ]),
  );
}
