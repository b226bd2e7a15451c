/** Syncs go out through one shell, which stays, ends with its process, and is started again when it is gone. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Syncer } from "../../ingest/syncer.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waybill-syncer-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Ids of the shells that sync this folder. */
async function shellsOf(path: string): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Boolean);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_, at) => lines[at]?.startsWith("sh\0-c\0trap") && lines[at].endsWith(`\0${path}\0`));
}

test("many at once are answered, and what the disk says is told", async () => {
  const syncer = new Syncer(folder);
  await Promise.all(Array.from({ length: 5 }, () => syncer.sync()));
  syncer.close();
  const lost = new Syncer(join(folder, "not there"));
  await expect(lost.sync()).rejects.toThrow(/^sync ended with 1: .*No such file/);
  lost.close();
});

describe.skipIf(process.platform !== "linux")("the shell", () => {
  test("is one for all syncs, and ends once it is closed", async () => {
    const syncer = new Syncer(folder);
    expect(await shellsOf(folder)).toEqual([]);
    for (let times = 0; times < 3; times++) await syncer.sync();
    expect(await shellsOf(folder)).toHaveLength(1);
    syncer.close();
    await vi.waitFor(async () => expect(await shellsOf(folder)).toEqual([]));
  });

  test("is started again when it is gone, and a sync that it did not answer has failed", async () => {
    const syncer = new Syncer(folder);
    await syncer.sync();
    const [shell = 0] = await shellsOf(folder);
    process.kill(shell, "SIGSTOP");
    const unanswered = syncer.sync();
    process.kill(shell, "SIGKILL");
    await expect(unanswered).rejects.toThrow("the shell that syncs ended with SIGKILL");
    await syncer.sync();
    expect(await shellsOf(folder)).not.toContain(shell);
    syncer.close();
  });

  test("neither keeps its process alive nor outlives it, and one that is awaited is waited for", async () => {
    const url = new URL("../../dist/ingest/syncer.js", import.meta.url).href;
    const path = await mkdtemp(join(folder, "other-"));
    const script = `const { Syncer } = await import(${JSON.stringify(url)});
      await new Syncer(${JSON.stringify(path)}).sync();
      console.log("synced");`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toBe("synced\n");
    await vi.waitFor(async () => expect(await shellsOf(path)).toEqual([]));
  });
});
