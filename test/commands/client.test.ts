/** What the commands say when the API cannot be asked. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { callApi } from "../../commands/client.ts";
import { replayLetters } from "../../commands/letters.ts";
import { listening } from "../service.ts";

const call = (url: string) =>
  callApi(listening(), { path: "/v1/orders/ORD-1", accept: "application/json", url });

/** Something that answers every question like this. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(status).end(body)).listen(
    0,
    "127.0.0.1",
  );
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

test.each(["127.0.0.1:8080", "ftp://waybill", "waybill", ""])(
  "the address %j is none, and is named",
  async (url) => {
    await expect(call(url)).rejects.toMatchObject({
      code: "bad_request",
      detail: expect.stringContaining(`--url must be an http:// or https:// address; ${url}`),
    });
  },
);

test("nobody there is nobody there, not a store that is down", async () => {
  await expect(call("http://127.0.0.1:9")).rejects.toThrow(
    /^No Waybill answers there\. Nobody is at http:\/\/127/,
  );
});

test.each([
  ["the door for data", 404, '{"code":5,"message":"There is no such address here."}'],
  ["a proxy", 502, "<h1>Bad gateway</h1>"],
])("%s is not taken for an order that nobody knows", async (_, status, body) => {
  const url = await answering(status, body);
  await expect(call(url)).rejects.toMatchObject({
    code: "unreachable",
    detail: `What is at ${url} answers ${status} in another way; the API is where the page is`,
  });
});

test("what the API says is said again", async () => {
  const problem = { type: "urn:waybill:problem:not_found", detail: "No order of that id." };
  await expect(call(await answering(404, JSON.stringify(problem)))).rejects.toMatchObject({
    code: "not_found",
    detail: "No order of that id.",
  });
});

test("a file that cannot be read is named", async () => {
  const mended = replayLetters(listening(), ["0123"], { record: "/nowhere.json" });
  await expect(mended).rejects.toThrow("/nowhere.json cannot be read.");
});
