/** What the page says once a group of dead letters was tried or replayed. */
import { expect, test } from "vitest";
import { renderReplayPage } from "../../../query/page/letter.ts";
import type { ReplayAnswer } from "../../../query/replay.ts";

const NOTHING: ReplayAnswer = {
  dryRun: false,
  letters: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  notKept: 0,
  rejectedBy: {},
  outcomes: [],
  journeys: [],
  moreJourneys: 0,
  hasMore: false,
};

test.each<[string, Partial<ReplayAnswer>]>([
  ["What a replay would do", { dryRun: true, letters: 3, rejected: 3 }],
  ["Replayed", { letters: 3, accepted: 3 }],
  ["Replayed", { letters: 3, accepted: 1, duplicates: 2 }],
  ["Replayed in part", { letters: 3, duplicates: 1, rejected: 2 }],
  ["Replayed in part", { letters: 3, accepted: 2, notKept: 1 }],
  ["Refused again", { letters: 3, rejected: 3 }],
  ["Nothing was replayed", { letters: 3, rejected: 2, notKept: 1 }],
  ["Nothing was replayed", {}],
])("it is titled %s by what happened: %o", (title, outcome) => {
  const page = String(renderReplayPage({ ...NOTHING, ...outcome }, { reason: undefined, signal: undefined }));
  expect(/<h1>(.*)<\/h1>/.exec(page)?.[1]).toBe(title);
  expect(page).toContain(`<title>${title} · Waybill</title>`);
});
