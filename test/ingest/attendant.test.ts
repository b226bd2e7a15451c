import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Attendant, WasAway } from "../../ingest/attendant.ts";

/** An answer that never comes. */
const lost = (signal: AbortSignal) => once(signal, "abort").then(() => Promise.reject(new Error("given up")));
const answerIn = (ms: number) => async (signal: AbortSignal) => {
  await sleep(ms, undefined, { signal });
  return "told";
};

describe.concurrent("what was asked of a server", () => {
  test("before it was away is given up once it is back", async () => {
    const answers = [false, true];
    const attendant = new Attendant(async () => answers.shift() ?? true);
    await expect(attendant.attend(lost)).rejects.toThrow(WasAway);
  });

  test("and held up while it was away may come soon after", async () => {
    const answers = [false, true];
    const attendant = new Attendant(async () => answers.shift() ?? true);
    // One look, another one soon after, and half of the grace.
    expect(await attendant.attend(answerIn(1_700))).toBe("told");
  });

  test("is waited for as long as it takes while the server is there", async () => {
    const attendant = new Attendant(async () => true);
    expect(await attendant.attend(answerIn(4_000))).toBe("told");
  });

  test("after it was away is not given up", async () => {
    let isBack = false;
    let looked = () => {};
    const hasLooked = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const attendant = new Attendant(async () => {
      looked();
      return isBack;
    });
    const before = attendant.attend(lost).catch(() => "given up");
    await hasLooked;
    isBack = true;
    const later = attendant.attend(answerIn(4_000));
    expect(await before).toBe("given up");
    expect(await later).toBe("told");
  });

  test("nobody looks after what is answered at once", async () => {
    let looks = 0;
    const attendant = new Attendant(async () => ++looks > 0);
    for (let n = 0; n < 40; n++) await attendant.attend(answerIn(50));
    expect(looks).toBe(0);
  });
});
