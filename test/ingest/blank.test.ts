import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Blank, Blanks } from "../../ingest/blank.ts";

let folder = "";
let blanks: Blanks;
let taken: Blank[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waybill-blank-"));
  blanks = new Blanks(folder);
});
afterEach(async () => {
  await blanks.close();
  for (const { file } of taken) await file.close();
  taken = [];
  await rm(folder, { recursive: true });
});

const files = () => readdir(folder);
async function take(number: number): Promise<string> {
  const blank = await blanks.take(number);
  taken.push(blank);
  return basename(blank.path);
}

test("a file that was made ahead is the one that is taken", async () => {
  blanks.prepare(2);
  await expect.poll(files).toHaveLength(1);
  const [ready] = await files();
  expect(await take(2)).toBe(ready);
  expect(ready).toMatch(/^000000000002-/);
  await taken[0]?.file.writeFile("at its end");
});

test("nothing has to be told ahead", async () => {
  const [first, second] = [await take(7), await take(8)];
  expect(await files()).toEqual([first, second]);
});

test("for another number than was told the file made ahead makes way", async () => {
  blanks.prepare(2);
  const other = await take(5);
  expect(other).toMatch(/^000000000005-/);
  expect(await files()).toEqual([other]);
  blanks.prepare(6);
  blanks.prepare(7);
  await take(7);
  expect(await files()).toHaveLength(2);
});

test("a disk that would not make it ahead is asked again, and its word is passed on", async () => {
  const away = `${folder}-away`;
  await rename(folder, away);
  blanks.prepare(1);
  await expect(blanks.take(1)).rejects.toThrow("ENOENT");
  await rename(away, folder);
  expect([await take(1)]).toEqual(await files());
});

test("what was not taken is gone once it is closed", async () => {
  blanks.prepare(3);
  await blanks.close();
  expect(await files()).toEqual([]);
});
