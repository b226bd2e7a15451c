/** `waybill order <id> --explain` derives the answer itself: it does not believe what a service says of its own answer. */
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "../../commands/ask.ts";
import { Answer } from "../../query/answer.ts";
import { answerOf } from "../../query/view.ts";
import { DEFINITIONS, PARTS, tell } from "../query/shop.ts";
import { listening } from "../service.ts";

const HONEST = Answer.parse(
  answerOf(tell([PARTS.PLACED, PARTS.PAID, PARTS.SHIPPED]), DEFINITIONS, { limit: 5_000, explain: true }),
);

/** Serves an answer in pages of one fact. */
async function serving(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const at = Number(new URL(request.url ?? "", "http://x").searchParams.get("cursor") ?? 0);
    const next = at + 1 < answer.hops.length ? { nextCursor: String(at + 1) } : {};
    response.end(JSON.stringify({ ...answer, hops: answer.hops.slice(at, at + 1), ...next }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new RangeError("a TCP server has a port");
  return `http://127.0.0.1:${address.port}`;
}

test("an answer that is right is verified, page after page, with the exit code 0", async () => {
  const around = listening();
  const url = await serving(HONEST);
  expect(await ask(around, { kind: "order", id: "ORD-42", explain: true, url })).toBe(0);
  const lines = around.out.join("\n").split("\n");
  expect(lines[0]).toBe(HONEST.headline);
  expect(lines[1]).toMatch(/ orders order\.placed: carries order\.id=ORD-42\. \[verified\]$/);
  expect(lines.at(-1)).toBe("3 of 3 facts verified.");
});

test("an answer that was tampered with is caught, whatever it says of itself, with the exit code 1", async () => {
  const hops = HONEST.hops.map((hop) =>
    hop.name === "capture card" ? { ...hop, keys: { "order.id": ["ORD-43"] } } : hop,
  );
  expect(hops.every(({ verdict }) => verdict?.verdict === "verified")).toBe(true);
  const around = listening();
  const url = await serving({ ...HONEST, hops });
  expect(await ask(around, { kind: "order", id: "ORD-42", explain: true, url })).toBe(1);
  expect(around.out.join()).toContain("[DOES NOT HOLD: It does not carry order.id=ORD-42.]");
  const forMachines = listening();
  expect(await ask(forMachines, { kind: "order", id: "ORD-42", explain: true, json: true, url })).toBe(1);
  expect(JSON.parse(forMachines.out[0] ?? "").summary).toBe("2 of 3 facts verified, 1 do not hold.");
});
