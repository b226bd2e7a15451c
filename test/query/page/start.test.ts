/** What the start page says of journeys that need attention. */
import { expect, test } from "vitest";
import type { JourneyItem } from "../../../query/journeys.ts";
import { renderGroup, renderStart } from "../../../query/page/start.ts";

const COUNTS = { open: 12, overdue: 3, succeeded: 0, failed: 0, compensated: 0, stuck: 7 };

const STUCK: JourneyItem = {
  definition: "create-order",
  owner: "checkout-team",
  subject: { kind: "order.id", id: "ORD-1" },
  url: "/v1/orders/ORD-1",
  state: "open",
  startedAt: "2026-11-23T10:02:03.000000000Z",
  endedAt: null,
  deadline: "2026-11-24T10:02:03.000000000Z",
  late: false,
  recovered: false,
  reason: null,
  failedStep: null,
  next: { step: "reserved", dueAt: "2026-11-23T10:02:28.000000000Z", owner: "inventory-team" },
  stuck: true,
  tags: {},
};

function words(page: unknown): string {
  return String(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

test("a journey whose next step is past due is shown with what was due, when, and whose it is", () => {
  const page = renderStart({ counts: COUNTS, lists: { stuck: [STUCK] } });
  expect(words(page)).toContain("ORD-1 create-order reserved was due 10:02:28 · inventory-team");
  const inTime = renderStart({ counts: COUNTS, lists: { open: [{ ...STUCK, stuck: false }] } });
  expect(words(inTime)).toContain("ORD-1 create-order next reserved · inventory-team");
});

test("journeys that are open but stuck are counted, and have a list of their own", () => {
  const page = renderStart({ counts: COUNTS, lists: { stuck: [STUCK] } });
  expect(words(page)).toContain("3 overdue 7 open but stuck");
  expect(String(page)).toContain('<a href="/?state=open&amp;stuck=1" class="stuck">');
  expect(words(renderGroup("stuck", [STUCK], null))).toContain("Journeys open but stuck");
});
