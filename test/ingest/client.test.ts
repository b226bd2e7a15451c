import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { expect, test } from "vitest";
import { insertBody } from "../../ingest/client.ts";
import { PAGE_BYTES } from "../../ingest/pages.ts";

test("others get a turn while a large block is made, however fast the server takes it", async () => {
  const exec = async ({ values }: { readonly values: AsyncIterable<unknown> }) => {
    for await (const _ of values);
    return { stream: Readable.from([]), response_headers: {} };
  };
  const greedy = { exec } as unknown as ClickHouseClient; // a server that takes all at once: nothing else is asked of it
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  function* pieces() {
    for (let piece = 0; piece < 20; piece++) {
      for (const untilMs = performance.now() + 3; performance.now() < untilMs; );
      yield new Uint8Array(PAGE_BYTES);
    }
  }
  await insertBody(greedy, { table: "hops", pieces: pieces() });
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(15);
});
