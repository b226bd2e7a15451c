/** Which refused records are kept: everything of one day until its room is used up. */
import { expect, test } from "vitest";
import type { Envelope } from "../../collector/request.ts";
import { type DeadLetter, letterEnvelope } from "../../ingest/letter_block.ts";
import { LetterBudget } from "../../ingest/letters.ts";

const DAY_MS = 86_400_000;
const ENVELOPE: Envelope = {
  signal: "traces",
  contentType: "application/json",
  contentEncoding: "gzip",
  receivedMs: 0,
  tenant: "t",
  sender: "curl",
  headers: {},
};

function letter(bytes: number): DeadLetter {
  return {
    envelope: ENVELOPE,
    item: { reason: "span_id", text: "", where: "", bytes: new Uint8Array(bytes) },
  };
}

test("a day has room for so many letters and bytes; what is over it is counted, and the next day has room again", () => {
  const budget = new LetterBudget({ letters: 3, bytes: 100 });
  const take = (letters: DeadLetter[], nowMs: number) => {
    const fitting = budget.fitting(letters, nowMs);
    budget.charge(fitting, letters.length);
    return fitting.length;
  };
  expect(take([letter(60), letter(50), letter(40)], 0)).toBe(2);
  expect(take([letter(0), letter(0)], DAY_MS - 1)).toBe(1);
  expect([budget.kept, budget.dropped]).toEqual([3, 2]);
  expect(take([letter(60)], DAY_MS)).toBe(1);
});

test("a store that fails uses up no room, however often it is tried", () => {
  const budget = new LetterBudget({ letters: 1, bytes: 100 });
  for (let tries = 0; tries < 5; tries++) expect(budget.fitting([letter(1)], 0)).toHaveLength(1);
  expect(budget.dropped).toBe(0);
});

test("a whole body is read again as it was compressed, with the headers it came with", () => {
  const stored = { ...ENVELOPE, headers: { "content-encoding": "gzip", "ce-id": "1" } };
  expect(letterEnvelope("t", stored)).toEqual({ ...ENVELOPE, headers: { "ce-id": "1" } });
});
