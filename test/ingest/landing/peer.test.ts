import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { Failure } from "../../../errors.ts";
import { type Methods, Peer } from "../../../ingest/landing/peer.ts";

interface Asked extends Methods {
  readonly twice: (value: number) => number;
  readonly later: () => Promise<string>;
  readonly fail: (error: "full" | "bug") => never;
  readonly missing: () => void;
}

const methods = {
  twice: (value: number) => value * 2,
  later: async () => {
    await sleep(5);
    return "later";
  },
  fail: (error: "full" | "bug") => {
    if (error === "bug") throw new RangeError("a bug of ours");
    throw new Failure("overloaded", "The journal is full.", new Error("ENOSPC"));
  },
};

/** Two sides; what the second tells the first hears. */
function pair() {
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  const near = new Peer<Asked, unknown>(port1, { methods: {}, hear: (note) => heard.push(note) });
  const far = new Peer(port2, { methods, hear: () => undefined });
  onTestFinished(() => {
    near.close();
    far.close();
  });
  return { near, far, heard };
}

test("an answer is of the question that was asked, however many there are", async () => {
  const { near } = pair();
  const answers = [near.call("later"), near.call("twice", 2), near.call("twice", 3)];
  expect(await Promise.all(answers)).toEqual(["later", 4, 6]);
});

test("a failure arrives as one, with its code, its detail and what a log shows of its cause", async () => {
  const { near } = pair();
  const error = await near.call("fail", "full").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ code: "overloaded", detail: "The journal is full.", retryable: true });
  expect(error).toMatchObject({ cause: expect.stringContaining("ENOSPC") });
});

test("a bug over there is an error here, and no failure", async () => {
  const { near } = pair();
  const error = await near.call("fail", "bug").catch((thrown: unknown) => thrown);
  expect(error).not.toBeInstanceOf(Failure);
  expect(error).toMatchObject({ message: "a bug of ours", stack: expect.stringContaining("peer.test.ts") });
});

test("what nobody answers is refused by its name", async () => {
  const { near } = pair();
  await expect(near.call("missing")).rejects.toThrow("missing");
});

test("what was told before an answer is heard before it", async () => {
  const { near, far, heard } = pair();
  for (let n = 0; n < 100; n++) far.tell(n);
  await near.call("twice", 1);
  expect(heard).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("all that was told can be heard at once, in order and once", async () => {
  const { near, far, heard } = pair();
  far.tell("first");
  far.tell("second");
  expect(heard).toEqual([]);
  near.takeAll();
  expect(heard).toEqual(["first", "second"]);
  await sleep(10);
  expect(heard).toHaveLength(2);
});

test("who asks a side that is gone is told that it is stopping", async () => {
  const { near, far } = pair();
  const answer = near.call("later");
  far.close();
  await expect(answer).rejects.toMatchObject({ code: "stopping" });
  await expect(near.call("twice", 1)).rejects.toMatchObject({ code: "stopping" });
});
