import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Folder, openFolder } from "../../ingest/folder.ts";
import { openStore } from "../../ingest/store.ts";
import { compile, type Program } from "../child.ts";

let dataDir = "";
let folders: Folder[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "waybill-folder-"));
});
afterEach(async () => {
  for (const folder of folders) await folder.close();
  folders = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function open(path = dataDir): Promise<Folder> {
  const folder = await openFolder(path);
  folders.push(folder);
  return folder;
}

const lockFile = () => join(dataDir, "lock");
const holder = async () => JSON.parse(await readFile(lockFile(), "utf8"));

describe("a data folder", () => {
  test("is made when it is missing, with a place for everything", async () => {
    const folder = await open(join(dataDir, "deep", "er"));
    expect((await readdir(folder.path)).sort()).toEqual([
      "format",
      "id",
      "journal",
      "lock",
      "scratch",
      "store",
    ]);
  });

  test("may be opened twice by one process and is free when both are done", async () => {
    const [first, second] = [await open(), await open()];
    await first.close();
    await first.close();
    expect(await holder()).toMatchObject({ pid: process.pid });
    await second.close();
    expect(await readdir(dataDir)).not.toContain("lock");
  });

  test("opened twice at the same moment is one opening", async () => {
    const [first, second] = await Promise.all([open(), open()]);
    expect(first?.path).toBe(second?.path);
  });

  test("loses the scratch files that a crash left", async () => {
    const folder = await open();
    await writeFile(join(folder.scratch, "half.native"), "x");
    await folder.close();
    await open();
    expect(await readdir(folder.scratch)).toEqual([]);
  });

  test.each([
    ["whose process is gone", JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "" })],
    ["whose process id belongs to a later process now", JSON.stringify({ pid: 1, startedAt: "boot/0" })],
    [
      "of an earlier process with our own id, as in a container",
      JSON.stringify({ pid: process.pid, startedAt: "x" }),
    ],
    ["that is rubbish", "{"],
    ["that is empty", ""],
    ["that is null", "null"],
  ])("with a lock %s is taken over", async (_, lock) => {
    await writeFile(lockFile(), lock);
    await open();
    expect(await holder()).toMatchObject({ pid: process.pid });
  });

  test("of a newer version is refused and left as it is", async () => {
    await (await open()).close();
    await writeFile(join(dataDir, "format"), "2\n");
    const before = (await readdir(dataDir)).sort();
    await expect(open()).rejects.toMatchObject({ code: "config", detail: /newer Waybill \(format 2/ });
    expect((await readdir(dataDir)).sort()).toEqual(before);
  });

  test("that is a file is refused with its name", async () => {
    const path = join(dataDir, "file");
    await writeFile(path, "");
    await expect(open(path)).rejects.toMatchObject({ code: "config", detail: expect.stringContaining(path) });
  });

  test.each(["a*", "a?", "a{b,c}"])(
    "whose name the engine would read as a pattern is refused: %s",
    async (name) => {
      await mkdir(join(dataDir, name));
      await expect(open(join(dataDir, name))).rejects.toMatchObject({ code: "config" });
    },
  );

  test("with quotes, blanks and a backslash in its name keeps rows", async () => {
    const store = await openStore({ url: null, dataDir: join(dataDir, "it's a \\ folder") });
    await store.command("CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n");
    await store.insertNative("kept", [Buffer.from([1, 1, 1, 110, 5, ...Buffer.from("UInt8"), 7])]);
    expect(await store.query("SELECT n FROM kept")).toEqual([{ n: 7 }]);
    await store.close();
  });
});

describe("two processes", () => {
  let program: Program;
  beforeAll(async () => {
    program = await compile("test/ingest/hold_folder.ts");
  });
  afterAll(() => program.remove());

  test("the second one gets one line that says who has the folder, until the first is gone", async () => {
    const child = program.start(dataDir);
    try {
      await child.said(1);
      const refused = {
        code: "in_use",
        detail: `the data folder ${dataDir} is used by process ${child.pid}; stop it or set WAYBILL_DATA_DIR`,
      };
      await expect(openStore({ url: null, dataDir })).rejects.toMatchObject(refused);
      // Without our lock the engine's own still holds.
      await rm(lockFile());
      await expect(openStore({ url: null, dataDir })).rejects.toMatchObject(refused);
    } finally {
      await child.kill();
    }
    await (await openStore({ url: null, dataDir })).close();
  });
});
