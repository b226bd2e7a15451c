/**
 * Guard: who may ask, and what a browser may do with the answer.
 *
 * One token for all. Programs send it as a bearer token; a browser asks its user, who gives any name and the token as
 * the password (HTTP Basic, reading only: a page elsewhere could make the browser post with it). `/livez` is open.
 */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type Authorize, bearerAuth } from "../collector/auth.ts";
import { Failure } from "../errors.ts";

const OPEN_PATHS = new Set(["/livez"]);

/** Lets in those who show the token; everybody when it is null. */
export function tokenGuard(token: string | null): MiddlewareHandler {
  const authorize = bearerAuth(token);
  return async (c, next) => {
    const isReading = c.req.method === "GET" || c.req.method === "HEAD";
    if (OPEN_PATHS.has(c.req.path) || isKnown(authorize, c.req.header("authorization"), isReading))
      return next();
    throw new Failure("unauthorized");
  };
}

function isKnown(authorize: Authorize, authorization: string | undefined, isReading: boolean): boolean {
  const [, basic] = (isReading && /^basic +(\S+) *$/i.exec(authorization ?? "")) || [];
  if (basic === undefined) return authorize(authorization);
  const pair = Buffer.from(basic, "base64").toString();
  return authorize(`Bearer ${pair.slice(pair.indexOf(":") + 1)}`);
}

/** What a 401 asks for. */
export const CHALLENGE = 'Bearer realm="waybill", Basic realm="waybill", charset="UTF-8"';

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
