import { expect, test } from "vitest";
import { lookTogether } from "../../collector/look.ts";

/** A look whose answers are given by hand. */
function byHand() {
  const begun: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  const look = lookTogether(
    () => new Promise<string>((resolve, reject) => void begun.push({ resolve, reject })),
  );
  return { begun, look };
}

test("who asks during a look gets its answer, who asks later a new one", async () => {
  const { begun, look } = byHand();
  const [first, second] = [look(), look()];
  begun[0]?.resolve("well");
  expect(await Promise.all([first, second])).toEqual(["well", "well"]);
  const third = look();
  begun[1]?.resolve("full");
  expect(await third).toBe("full");
  expect(begun).toHaveLength(2);
});

test("a look that failed is everybody's failure once, and is tried again", async () => {
  const { begun, look } = byHand();
  const both = Promise.allSettled([look(), look()]);
  begun[0]?.reject(new Error("away"));
  expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const again = look();
  begun[1]?.resolve("well");
  expect(await again).toBe("well");
});
