/** What the page about one subject says in few words. */
import { expect, test } from "vitest";
import { renderSubject } from "../../../query/page/subject.ts";
import { answerOf } from "../../../query/view.ts";
import { DEFINITIONS, PARTS, type Seen, tell } from "../shop.ts";

const { PLACED, SHIPPED } = PARTS;

/** The page as text, on one line. */
function page(...seen: readonly Seen[]): string {
  const html = String(renderSubject(answerOf(tell(seen), DEFINITIONS), { next: null, explain: null }));
  return html.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
}

test("a journey that ended before it began did not take no time at all", () => {
  expect(page(PLACED, SHIPPED)).toContain("succeeded create-order in 3.2 s");
  const early = page(PLACED, { ...SHIPPED, at: -30_000 });
  expect(early).toContain("succeeded create-order before it began");
  expect(early).not.toContain("in 0 ms");
});
