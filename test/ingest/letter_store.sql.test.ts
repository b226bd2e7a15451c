/** Dead letters read whole and by reason, and their acts, against rows laid down by hand, on both shapes of the store. */
import { expect, test } from "vitest";
import type { Signal } from "../../collector/request.ts";
import { type DeadLetter, deadLettersBlock } from "../../ingest/letter_block.ts";
import { lettersWhole, readLetters, recordActs, type WholeLetter } from "../../ingest/letter_store.ts";
import { migrate } from "../../ingest/migrate.ts";
import type { Store } from "../../ingest/store.ts";
import { groupDeadLetters, listDeadLetters } from "../../query/dead_letters.ts";
import { onBothShapes } from "../server.ts";

const DAY_MS = 86_400_000;
const TEN_MS = 1_788_256_800_000;

function letter(
  reason: string,
  afterMs: number,
  more: { readonly signal?: Signal; readonly tenant?: string } = {},
): DeadLetter {
  const { signal = "traces", tenant = "t" } = more;
  return {
    envelope: {
      signal,
      contentType: "application/cloudevents-batch+json",
      contentEncoding: "gzip",
      receivedMs: TEN_MS + afterMs,
      tenant,
      sender: "curl",
      headers: { traceparent: "00-é" },
    },
    item: { reason, text: `it's ${reason}`, where: "[0]", bytes: Buffer.from(`${reason} ${afterMs} \0é`) },
  };
}

async function furnished(open: () => Promise<Store>): Promise<{ store: Store; all: WholeLetter[] }> {
  const store = await open();
  await migrate(store);
  const letters = [
    letter("span_id", 0),
    letter("span_id", 1_000),
    letter("time_range", 2_000),
    letter("attribute", 3_000, { signal: "events" }),
    letter("span_id", 0, { tenant: "other" }),
  ];
  await store.insertNative("dead_letters", [deadLettersBlock(letters)]);
  const all = await readLetters(store, { tenant: "t" }, { after: null, limit: 10 });
  return { store, all };
}

onBothShapes("dead letters", (open) => {
  test("are read as they were written, oldest first, the tenant's own only", async () => {
    const { all } = await furnished(open);
    expect(all.map(({ reason, receivedMs, status }) => [reason, receivedMs - TEN_MS, status])).toEqual([
      ["span_id", 0, "new"],
      ["span_id", 1_000, "new"],
      ["time_range", 2_000, "new"],
      ["attribute", 3_000, "new"],
    ]);
    expect(all[0]).toMatchObject({
      contentType: "application/cloudevents+json",
      headers: { traceparent: "00-é" },
      bytes: Buffer.from("span_id 0 \0é"),
      text: "it's span_id",
      tries: 0,
      acted: null,
    });
  });

  test("stand as the last act says; what is stored stays so, also when two acts fall on one millisecond", async () => {
    const { store, all } = await furnished(open);
    const [first, second, third, fourth] = all as [WholeLetter, WholeLetter, WholeLetter, WholeLetter]; // four were laid down
    const at = (ms: number) => ({ tenant: "t", atMs: TEN_MS + DAY_MS + ms });
    await recordActs(store, [{ letter: first, act: "replayed", text: "mended" }], at(5));
    await recordActs(store, [{ letter: first, act: "failed_again", text: "no" }], at(5));
    await recordActs(store, [{ letter: first, act: "failed_again", text: "no" }], at(9));
    await recordActs(store, [{ letter: second, act: "failed_again", text: "no" }], at(5));
    await recordActs(store, [{ letter: third, act: "failed_again", text: "no" }], at(5));
    await recordActs(store, [{ letter: third, act: "discarded", text: "enough" }], at(6));
    await recordActs(store, [{ letter: third, act: "discarded", text: "enough" }], at(6));
    await recordActs(store, [{ letter: fourth, act: "replayed", text: "" }], { tenant: "other", atMs: 0 });
    const after = await readLetters(store, { tenant: "t" }, { after: null, limit: 10 });
    expect(after.map(({ status, tries, acted }) => [status, tries, acted])).toEqual([
      ["replayed", 3, { atMs: TEN_MS + DAY_MS + 5, text: "mended" }],
      ["failed_again", 1, { atMs: TEN_MS + DAY_MS + 5, text: "no" }],
      ["discarded", 1, { atMs: TEN_MS + DAY_MS + 6, text: "enough" }],
      ["new", 0, null],
    ]);
    const open_ = await readLetters(store, { tenant: "t", open: true }, { after: null, limit: 10 });
    expect(open_.map(({ id }) => id)).toEqual([second.id, fourth.id]);
    const listed = await listDeadLetters(store, { tenant: "t", limit: 10, status: "failed_again" });
    expect(listed.deadLetters.map(({ id }) => id)).toEqual([second.id]);
    expect((await groupDeadLetters(store, { tenant: "t" })).groups).toMatchObject([
      { reason: "attribute", letters: 1, waiting: 1 },
      { reason: "span_id", letters: 2, waiting: 1, senders: 1, example: { id: second.id } },
      { reason: "time_range", letters: 1, waiting: 0 },
    ]);
  });

  test("are chosen by id, reason, signal and time, and gone through page by page, each once", async () => {
    const { store, all } = await furnished(open);
    const read = async (filter: object) =>
      (await readLetters(store, { tenant: "t", ...filter }, { after: null, limit: 10 })).map(({ id }) =>
        all.findIndex((each) => each.id === id),
      );
    expect(await read({ reason: "span_id" })).toEqual([0, 1]);
    expect(await read({ signal: "events" })).toEqual([3]);
    expect(await read({ sinceMs: TEN_MS + 1_000, untilMs: TEN_MS + 3_000 })).toEqual([1, 2]);
    expect(await read({ ids: [all[2]?.id ?? "", "0".repeat(32)] })).toEqual([2]);
    expect(await read({ reason: "' OR 1=1 --" })).toEqual([]);
    const seen: string[] = [];
    for (let after = null as { ms: number; id: string } | null; ; ) {
      const page = await readLetters(store, { tenant: "t" }, { after, limit: 1 });
      const [one] = page;
      if (one === undefined) break;
      seen.push(one.id);
      after = { ms: one.receivedMs, id: one.id };
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  test("refused twice, on two days, are one letter as it came last, and are gone through once", async () => {
    const { store } = await furnished(open);
    const again = letter("span_id", 0);
    const later = {
      ...again,
      envelope: { ...again.envelope, receivedMs: TEN_MS + DAY_MS, sender: "curl again" },
    };
    await store.insertNative("dead_letters", [deadLettersBlock([later, later])]);
    const all = await readLetters(store, { tenant: "t" }, { after: null, limit: 10 });
    expect(all.map(({ receivedMs, sender }) => [receivedMs - TEN_MS, sender])).toEqual([
      [1_000, "curl"],
      [2_000, "curl"],
      [3_000, "curl"],
      [DAY_MS, "curl again"],
    ]);
    const { deadLetters } = await listDeadLetters(store, { tenant: "t", limit: 1 });
    expect(deadLetters).toMatchObject([{ sender: "curl again" }]);
    const reasons = (await groupDeadLetters(store, { tenant: "t" })).groups;
    expect(reasons.find(({ reason }) => reason === "span_id")).toMatchObject({ letters: 2 });
  });

  test("of other days are not read when a day is asked for", async () => {
    const { store } = await furnished(open);
    const days = Array.from({ length: 10 }, (_, day) => letter("old", -day * DAY_MS));
    for (const day of days) await store.insertNative("dead_letters", [deadLettersBlock([day])]);
    const plan = await store.query(`EXPLAIN indexes = 1 ${lettersWhole.sql}`, {
      tenant: "t",
      ids: [],
      reason: "",
      signal: "",
      since_ms: TEN_MS - 10,
      until_ms: TEN_MS + 5_000,
      open: false,
      after_ms: -1,
      after_letter: "",
      limit: 10,
    });
    const reads = [...JSON.stringify(plan).matchAll(/Min-Max.*?Parts: (\d+)\/(\d+)/g)];
    expect(reads.length).toBeGreaterThan(1);
    for (const [, read, all] of reads) expect([Number(read) <= 2, Number(all) >= 11]).toEqual([true, true]);
  });
});
