import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { expect, test } from "vitest";
import { insertBody, rowsOf } from "../../ingest/client.ts";
import { PAGE_BYTES } from "../../ingest/pages.ts";

test("others get a turn while a large block is made, however fast the server takes it", async () => {
  const exec = async ({ values }: { readonly values: AsyncIterable<unknown> }) => {
    for await (const _ of values);
    return { stream: Readable.from([]), response_headers: {} };
  };
  const greedy = { exec } as unknown as ClickHouseClient; // a server that takes all at once: nothing else is asked of it
  function* pieces() {
    for (let piece = 0; piece < 20; piece++) {
      busy(3);
      yield new Uint8Array(PAGE_BYTES);
    }
  }
  const { turns } = await counted(() => insertBody(greedy, { table: "hops", pieces: pieces() }));
  expect(turns).toBeGreaterThanOrEqual(15);
});

test("others get a turn while many rows are read that came at once", async () => {
  const row = (n: number) => ({
    json: () => {
      busy(3);
      return { n };
    },
  });
  const stream = () => Readable.from([Array.from({ length: 20 }, (_, n) => row(n))]);
  const query = async () => ({ stream, response_headers: {} });
  const sudden = { query } as unknown as ClickHouseClient; // an engine whose answer is there whole
  const { turns, result } = await counted(() => rowsOf(sudden, { query: "SELECT n" }));
  expect(result).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })));
  expect(turns).toBeGreaterThanOrEqual(15);
});

/** Takes the processor for so long; ms. */
function busy(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
}

/** What comes of some work, and how many turns others had meanwhile. */
async function counted<T>(work: () => Promise<T>): Promise<{ readonly turns: number; readonly result: T }> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const result = await work();
  isOver = true;
  return { turns, result };
}
