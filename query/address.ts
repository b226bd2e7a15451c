/**
 * Address: where the answer about a subject lives.
 *
 *   Subject → [address] → links in answers, pages, redirects
 *
 * Pure.
 */
import type { Definitions } from "../ingest/definitions.ts";
import type { Subject } from "../ingest/subject.ts";

/** The kind behind `/v1/orders/{id}`: `order.id` when it is declared, else the first kind that identifies. */
export function orderKind({ keys }: Definitions): string | null {
  const named = keys.find(({ kind }) => kind === "order.id");
  return (named ?? keys.find(({ role }) => role === "identifies"))?.kind ?? null;
}

/** Path of the answer about a subject; every character of the id survives it. */
export function subjectPath({ kind, id }: Subject, definitions: Definitions): string {
  // Browsers and proxies resolve dot segments, however they are encoded.
  if (/^\.{1,2}$/.test(id)) return findPath(id);
  if (kind === orderKind(definitions)) return `/v1/orders/${encodeURIComponent(id)}`;
  return `/v1/subjects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}

/** Path of the search for an id of any kind. */
export function findPath(id: string): string {
  return `/v1/find?id=${encodeURIComponent(id)}`;
}
