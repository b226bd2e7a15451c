import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../../ingest/migrate.ts";
import { standBack } from "../../ingest/nice.ts";
import { openStore } from "../../ingest/store.ts";

/** How nice the threads of this process are that merge, and the others that are ours. */
async function priorities() {
  const merging: number[] = [];
  for (const id of await readdir("/proc/self/task")) {
    const name = await readFile(`/proc/self/task/${id}/comm`, "utf8").catch(() => "");
    if (name.trim() === "MergeMutate") merging.push(getPriority(Number(id)));
  }
  return { merging: [...new Set(merging)], own: getPriority() };
}

test.skipIf(process.platform !== "linux")("the engine's merges stand back, and we do not", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-nice-"));
  const store = await openStore({ url: null, dataDir });
  onTestFinished(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  await migrate(store);
  const { own } = await priorities();
  await standBack();
  expect(await priorities()).toEqual({ merging: [Math.max(own, 10)], own });
});
