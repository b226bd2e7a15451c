/**
 * Errors: the three shapes a failure takes, and the one list of codes.
 *
 * One bad item among many is data (`Rejection`), never thrown. A request or command that cannot go on throws a
 * `Failure`; one error map per surface turns its code into a status. Anything else is a bug: a RangeError, loud.
 */

/** Every way a request or command can fail, by code. `text` is public; it never contains what the caller sent. */
export const FAILURES = {
  bad_request: { status: 400, retryable: false, text: "The request is not valid." },
  malformed: { status: 400, retryable: false, text: "The body could not be decoded." },
  unauthorized: { status: 401, retryable: false, text: "A valid bearer token is needed." },
  not_found: { status: 404, retryable: false, text: "Nothing is known under that id." },
  no_route: { status: 404, retryable: false, text: "There is no such address here." },
  method: { status: 405, retryable: false, text: "That method is not supported here." },
  no_intake: { status: 409, retryable: false, text: "This process takes no data in." },
  cross_site: { status: 403, retryable: false, text: "A page elsewhere may not do this." },
  too_large: { status: 413, retryable: false, text: "The body is larger than the limit." },
  media_type: { status: 415, retryable: false, text: "That content type or encoding is not supported here." },
  unreachable: { status: 502, retryable: true, text: "No Waybill answers there." },
  overloaded: { status: 503, retryable: true, text: "Too much at once. Try again in a moment." },
  store_unavailable: { status: 503, retryable: true, text: "The store did not answer. Try again." },
  journal_unavailable: { status: 503, retryable: true, text: "The journal could not be written. Try again." },
  stopping: { status: 503, retryable: true, text: "The service is shutting down. Try again." },
  internal: {
    status: 500,
    retryable: false,
    text: "Something broke here. It is not your fault, and it has been logged.",
  },
  config: { status: 500, retryable: false, text: "The configuration is not valid." },
  in_use: { status: 500, retryable: false, text: "A port or folder is in use by another process." },
} as const satisfies Record<string, { status: number; retryable: boolean; text: string }>;

/** A code of `FAILURES`. */
export type FailureCode = keyof typeof FAILURES;

/** A request or command that cannot go on. `detail` is safe to show to its caller; `cause` goes to the log only. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly detail: string;

  constructor(code: FailureCode, detail = "", cause?: unknown) {
    super(detail === "" ? FAILURES[code].text : `${FAILURES[code].text} ${detail}`, { cause });
    this.code = code;
    this.detail = detail;
  }

  /** HTTP status that goes with the code. */
  get status(): number {
    return FAILURES[this.code].status;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return FAILURES[this.code].retryable;
  }
}

/** Why one item among many was refused: `reason` is a short stable code for counting, `text` says it to a person. */
export interface Rejection {
  readonly reason: string;
  readonly text: string;
}
