/**
 * Guard: who may ask, and what a browser may do with the answer.
 *
 * One token for all. Programs send it as a bearer token; a browser asks its user, who gives any name and the token as
 * the password (HTTP Basic). A browser sends that along by itself, so it counts for anything but reading only when the
 * browser says that one of our own pages asks. `/livez` is open, and what the page that asks for a token is made of. So is
 * `/readyz`, for probes cannot keep a secret; what is said there to whom is decided in routes/health.ts.
 */
import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type Authorize, bearerAuth } from "../collector/auth.ts";
import { Failure } from "../errors.ts";

const OPEN_PATHS = new Set(["/livez", "/readyz", "/page.css", "/favicon.svg"]);

const ASKED = "Send `authorization: Bearer …`, or give a browser any name and the token as the password.";

/** What the guard tells the routes behind it. */
export interface Guarded {
  readonly Variables: {
    /** whether who asks showed the token, or none is needed; false only where all may ask */
    readonly isKnown: boolean;
  };
}

/** The refusal of who shows no token: it says how to. */
export function askForToken(): Failure {
  return new Failure("unauthorized", ASKED);
}

/** Lets in those who show the token; everybody when it is null. */
export function tokenGuard(token: string | null): MiddlewareHandler<Guarded> {
  const authorize = bearerAuth(token);
  return async (c, next) => {
    const mayUseBasic = isReading(c) || originOf(c) === "here";
    const shown = isKnown(authorize, c.req.header("authorization"), mayUseBasic);
    if (!shown && !OPEN_PATHS.has(c.req.path)) throw askForToken();
    c.set("isKnown", shown);
    await next();
  };
}

/** Turns away whatever a page elsewhere makes a browser send, but for reading; with or without a token. */
export function crossSiteGuard(): MiddlewareHandler {
  return async (c, next) => {
    if (!isReading(c) && originOf(c) === "elsewhere") throw new Failure("cross_site");
    await next();
  };
}

function isReading({ req }: Context): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

/**
 * Whose page a browser says is behind a request; programs say nothing. `Sec-Fetch-Site` comes first: a proxy that
 * rewrites `Host` leaves it as it is. Where it is missing, on plain HTTP, `Origin` has to name this very host.
 */
function originOf({ req }: Context): "here" | "elsewhere" | "unknown" {
  const site = req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" ? "here" : "elsewhere";
  const origin = req.header("origin");
  if (origin === undefined) return "unknown";
  return hostIn(origin) === req.header("host") ? "here" : "elsewhere";
}

function hostIn(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function isKnown(authorize: Authorize, authorization: string | undefined, mayUseBasic: boolean): boolean {
  const [, basic] = (mayUseBasic && /^basic +(\S+) *$/i.exec(authorization ?? "")) || [];
  if (basic === undefined) return authorize(authorization);
  const pair = Buffer.from(basic, "base64").toString();
  return authorize(`Bearer ${pair.slice(pair.indexOf(":") + 1)}`);
}

/** What a 401 asks for; Chromium reads no further than the first. */
export const CHALLENGE = 'Basic realm="waybill", charset="UTF-8", Bearer realm="waybill"';

/** Pages run no script and load nothing from elsewhere; nobody may frame them, sniff them or learn where one came from. */
export function pageSafety(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    // Waybill speaks plain HTTP; whoever puts TLS before it decides for the host.
    strictTransportSecurity: false,
  });
}
