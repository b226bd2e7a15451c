import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { bind, holesOf } from "../../ingest/bind.ts";
import { ask, column, every, render, sql, value } from "../../ingest/clause.ts";
import { Int64, statement } from "../../ingest/statements.ts";
import { onBothShapes } from "../server.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waybill-sql-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<URL> {
  const path = join(folder, `${crypto.randomUUID()}.sql`);
  await writeFile(path, text);
  return pathToFileURL(path);
}

const row = z.object({ n: Int64 });

describe("a statement", () => {
  test.each<[string, Record<string, z.ZodString>]>([
    ["a hole without a param", {}],
    ["a param without a hole", { lower: z.string(), upper: z.string() }],
    ["a misspelt param", { lowre: z.string() }],
  ])("with %s refuses to load", async (_, shape) => {
    const url = await file("SELECT {lower:UInt64} AS n");
    expect(() => statement(url, { params: z.object(shape), row })).toThrow(/asks for \(lower\) and is given/);
  });

  test("has no holes in its comments", () => {
    expect([...holesOf("-- {a:String}\nSELECT {b: Array(String)} -- {c:Int8}\n, '-- {d:Int8}'")]).toEqual([
      ["b", "Array(String)"],
      ["d", "Int8"],
    ]);
  });

  test("that gives one hole two types refuses to load", () => {
    expect(() => holesOf("SELECT {a:String}, {a:UInt8}")).toThrow("{a} is both String and UInt8");
  });
});

describe("values on the way into the embedded engine", () => {
  test("are hexadecimal, so that no value can end the literal", () => {
    expect(bind("SELECT {s:String}", { s: "' OR 1=1 --" })).toBe(
      "SELECT _CAST(x'27204f5220313d31202d2d', 'String')",
    );
  });

  test("are all needed and all used", () => {
    expect(() => bind("SELECT {s:String}", {})).toThrow("no value for {s:String}");
    expect(() => bind("SELECT 1", { s: "x" })).toThrow("no hole for s");
  });
});

describe("a composed question", () => {
  const kinds = ["kind", "value"];

  test("has the same text for the same request, with its values numbered from the left", () => {
    const filter = every([sql`value = ${value("String", "x")}`, sql`day >= ${value("UInt16", 3)}`]);
    const { text, params } = render(sql`SELECT ${column("kind", kinds)} FROM refs WHERE ${filter}`);
    expect(text).toBe("SELECT kind FROM refs WHERE (value = {p0:String}) AND (day >= {p1:UInt16})");
    expect(params).toEqual({ p0: "x", p1: 3 });
  });

  test("without conditions asks for everything", () => {
    expect(render(sql`WHERE ${every([])}`).text).toBe("WHERE true");
  });

  test("takes no column that is not on the list, and no text at all", () => {
    expect(() => column("secret", kinds)).toThrow(RangeError);
    // @ts-expect-error a hole takes a clause, never a string
    expect(() => render(sql`SELECT ${"x"}`)).toThrow();
  });
});

onBothShapes("questions", (open) => {
  test("rows come back parsed, 64-bit integers as bigint", async () => {
    const next = statement(await file("-- next: one more.\nSELECT {n:UInt64} + 1 AS n"), {
      params: z.object({ n: z.bigint() }),
      row,
    });
    expect(await next(await open(), { n: 9_007_199_254_740_993n })).toEqual([{ n: 9_007_199_254_740_994n }]);
  });

  test("a row of another shape is a bug, said loudly", async () => {
    const wrong = statement(await file("SELECT 'x' AS n"), {
      params: z.object({}),
      row: z.object({ n: z.number() }),
    });
    await expect(wrong(await open(), {})).rejects.toThrow(z.ZodError);
  });

  test("a composed question is answered like any other", async () => {
    const one = sql`SELECT ${value("UInt64", 5n)} AS n WHERE ${every([sql`1 = ${value("UInt8", 1)}`])}`;
    expect(await ask(await open(), one, row)).toEqual([{ n: 5n }]);
  });
});
