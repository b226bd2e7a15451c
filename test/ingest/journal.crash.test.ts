import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openJournal } from "../../ingest/journal.ts";
import { compile, type Program } from "../child.ts";

let program: Program;
let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-crash-"));
  program = await compile("test/ingest/append_forever.ts");
});
afterAll(async () => {
  await program.remove();
  await rm(dataDir, { recursive: true, force: true });
});

test("a process killed in the middle of its work loses nothing that it acknowledged", async () => {
  const acked = new Set<number>();
  for (const lines of [1, 20, 150, 400, 37]) {
    const child = program.start(dataDir, String(acked.size === 0 ? 0 : Math.max(...acked) + 1_000));
    await child.said(lines);
    await child.kill();
    for (const line of child.lines) acked.add(Number(line));
  }
  const journal = await openJournal({ dataDir, bytesMax: 2 ** 30 });
  const found = new Set<number>();
  for await (const { body } of journal.replay()) {
    const [number = "", text = ""] = Buffer.from(body).toString().split(":");
    expect(text).toHaveLength(Number(number) % 5_000);
    found.add(Number(number));
  }
  await journal.close();
  expect(acked.size).toBeGreaterThan(600);
  expect([...acked].filter((number) => !found.has(number))).toEqual([]);
});
