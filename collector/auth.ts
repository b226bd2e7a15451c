/**
 * Auth: one static bearer token, or none.
 *
 * Compares in constant time and never keeps or logs what the caller sent. Knows no tenants and no rights.
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a request with this `Authorization` header may come in. */
export type Authorize = (authorization: string | undefined) => boolean;

/**
 * A check for the given token; `null` lets everybody in.
 *
 * Digests are compared instead of the tokens because `timingSafeEqual` needs equal lengths, and an early answer on a
 * wrong length would tell the length.
 */
export function bearerAuth(token: string | null): Authorize {
  if (token === null) return () => true;
  const expected = sha256(token);
  return (authorization) => {
    const [, given] = /^bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    return timingSafeEqual(sha256(given ?? ""), expected) && given !== undefined;
  };
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
