import { type FileHandle, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendAll } from "../../ingest/append.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waybill-append-"));
});
afterAll(() => rm(folder, { recursive: true }));

const somePieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });

describe("appending pieces to a file", () => {
  test("writes all of them in order behind what is there", async () => {
    await fc.assert(
      fc.asyncProperty(somePieces, somePieces, async (first, then) => {
        const bytes = await written(async (file) => {
          await appendAll(file, first);
          await appendAll(file, then);
        });
        expect(bytes).toEqual(Buffer.concat([...first, ...then]));
      }),
    );
  });

  test("writes more pieces than the system takes at once", async () => {
    const pieces = Array.from({ length: 5_000 }, (_, at) => Buffer.from(`${at} `));
    expect(await written((file) => appendAll(file, pieces))).toEqual(Buffer.concat(pieces));
  });

  test("goes on in the middle of a piece where a disk took only a part", async () => {
    await fc.assert(
      fc.asyncProperty(somePieces, fc.integer({ min: 1, max: 50 }), async (pieces, atOnce) => {
        const bytes = await written((file) => appendAll(sparing(file, atOnce), pieces));
        expect(bytes).toEqual(Buffer.concat(pieces));
      }),
    );
  });

  test.skipIf(process.platform !== "linux")("says what the disk says when that takes no more", async () => {
    const full = await open("/dev/full", "a");
    try {
      await expect(appendAll(full, [Buffer.from("anything")])).rejects.toMatchObject({ code: "ENOSPC" });
    } finally {
      await full.close();
    }
  });
});

/** What is in a new file once it was written to. */
async function written(write: (file: FileHandle) => Promise<void>): Promise<Buffer> {
  const path = join(folder, "file");
  const file = await open(path, "ax");
  try {
    await write(file);
    return await readFile(path);
  } finally {
    await file.close();
    await rm(path);
  }
}

/** The file, taking at most so many bytes a call. */
function sparing(file: FileHandle, atOnce: number): Pick<FileHandle, "writev"> {
  return {
    writev: async (pieces) => {
      const all = Buffer.concat(
        pieces.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
      );
      const { bytesWritten } = await file.write(all.subarray(0, atOnce));
      return { bytesWritten, buffers: pieces };
    },
  };
}
