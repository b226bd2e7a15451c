/**
 * Annotations: what people and pipelines say happened, to be seen beside what burnt.
 *
 *   POST /v1/annotations → [annotations] → table → /v1/slos/{id}
 *
 * Sent twice it is one: its id follows from what it says.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { statement } from "../ingest/statements.ts";
import type { Store } from "../ingest/store.ts";
import type { Span } from "./calendar.ts";
import { renderTime } from "./evaluate.ts";
import type { Annotation } from "./view.ts";

/** What somebody says happened. */
export interface Said {
  readonly atMs: number;
  readonly untilMs: number | null;
  readonly kind: Annotation["kind"];
  readonly text: string;
  readonly author: string;
  /** null: it concerns all */
  readonly definition: string | null;
  readonly link: string | null;
}

const NOTE = `INSERT INTO annotations (tenant, at, id, until, kind, text, author, definition, link, noted_at)
SELECT {tenant:String}, fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), {id:String},
  if({until_ms:Int64} < 0, NULL, fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')), {kind:String}, {text:String},
  {author:String}, {definition:String}, {link:String}, fromUnixTimestamp64Milli({noted_ms:Int64}, 'UTC')`;

const Int = z.coerce.number().int();

/** What somebody said happened; as slo/sql/annotations.sql says. */
export const annotationsIn = statement(new URL("./sql/annotations.sql", import.meta.url), {
  params: z.object({ tenant: z.string(), from_ms: z.int(), to_ms: z.int(), definition: z.string() }),
  row: z.object({
    id: z.string(),
    at_ms: Int,
    until_ms: Int.nullable(),
    kind: z.enum(["deploy", "incident", "note"]),
    text: z.string(),
    author: z.string(),
    definition: z.string(),
    link: z.string(),
  }),
});

/** Whose annotations. */
export interface Shelf {
  readonly store: Store;
  readonly tenant: string;
}

/** Keeps one. @throws {Failure} when the store does not take it */
export async function annotate({ store, tenant }: Shelf, said: Said, nowMs: number): Promise<Annotation> {
  const id = createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, 16);
  const { atMs, untilMs, kind, text, author, definition, link } = said;
  await store.command(NOTE, {
    tenant,
    id,
    at_ms: atMs,
    until_ms: untilMs ?? -1,
    kind,
    text,
    author,
    definition: definition ?? "",
    link: link ?? "",
    noted_ms: nowMs,
  });
  return viewOf({ ...said, id });
}

/** Those of a time, for one definition or for all (null). @throws {Failure} when the store does not answer */
export async function listAnnotations(
  { store, tenant }: Shelf,
  { fromMs, toMs }: Span,
  definition: string | null,
): Promise<Annotation[]> {
  const rows = await annotationsIn(store, {
    tenant,
    from_ms: fromMs,
    to_ms: toMs,
    definition: definition ?? "",
  });
  return rows.map((row) =>
    viewOf({
      ...row,
      atMs: row.at_ms,
      untilMs: row.until_ms,
      definition: row.definition === "" ? null : row.definition,
      link: row.link === "" ? null : row.link,
    }),
  );
}

function viewOf({
  id,
  atMs,
  untilMs,
  kind,
  text,
  author,
  definition,
  link,
}: Said & { id: string }): Annotation {
  const until = untilMs === null ? null : renderTime(untilMs);
  return { id, at: renderTime(atMs), until, kind, text, author, definition, link };
}
