/** `waybill order` against a running Waybill, with ids that are orders, something else, or several things. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../../commands/ask.ts";
import { Answer } from "../../query/answer.ts";
import { span, TEN_NS, trace } from "../ingest/build.ts";
import { deliveriesOf } from "../ingest/deliveries.ts";
import { listening, type Running, startWaybill } from "../service.ts";

const YAML = `
version: 1
keys:
  order.id: { role: identifies }
  correlation.id: { role: identifies }
  package.id: { role: shared }
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { span: place }, shipped: { span: ship } }
`;

let waybill: Running;
beforeAll(async () => {
  waybill = await startWaybill({ yaml: YAML, now: () => Number(TEN_NS / 1_000_000n) + 60_000 });
  const hops = [
    span({ trace: "order", id: "place", keys: { "order.id": "O-1", "correlation.id": "c-1" } }),
    span({ trace: "checkout", id: "POST /orders", keys: { "correlation.id": "cc" } }),
    span({ trace: "packing", id: "pack", keys: { "package.id": "P-1" } }),
    span({ trace: "both a", id: "pack", keys: { "package.id": "BOTH" } }),
    span({ trace: "both b", id: "POST /orders", keys: { "correlation.id": "BOTH" } }),
  ];
  for (const { envelope, body } of await deliveriesOf(hops))
    await waybill.send(`/v1/${envelope.signal}`, envelope.contentType, body);
});
afterAll(() => waybill.stop());

/** Exit code, data and talk. @throws {Failure} what `cli.ts` says on stderr, and makes an exit code of */
async function order(id: string, manner: { readonly json?: boolean; readonly explain?: boolean } = {}) {
  const around = listening();
  const code = await ask(around, { kind: "order", id, url: waybill.apiUrl, ...manner });
  return { code, out: around.out.join("\n").split("\n"), err: around.err };
}

async function storyOf(path: string): Promise<string[]> {
  const response = await waybill.api(path, { headers: { accept: "text/plain" } });
  return (await response.text()).trimEnd().split("\n");
}

function elsewhere(kind: string, id: string): string {
  return `No order of that id; it is known as ${kind}: ${waybill.apiUrl}/v1/subjects/${kind}/${id}`;
}

test("an order is told, and nothing is said beside it", async () => {
  expect(await order("O-1")).toEqual({ code: 0, out: await storyOf("/v1/orders/O-1"), err: [] });
});

describe("an id that is no order", () => {
  test.each([
    ["correlation.id", "cc"],
    ["package.id", "P-1"],
  ])("but a %s is told as that, and a line on stderr says so", async (kind, id) => {
    const story = await storyOf(`/v1/subjects/${kind}/${id}`);
    expect(await order(id)).toEqual({ code: 0, out: story, err: [elsewhere(kind, id)] });
  });

  test("but belongs to one is answered with the story of that", async () => {
    const { out, err } = await order("c-1");
    expect([out, err]).toEqual([await storyOf("/v1/orders/O-1"), [elsewhere("correlation.id", "c-1")]]);
  });

  test("is explained as what it is", async () => {
    const { code, out } = await order("cc", { explain: true });
    expect([code, out[0]]).toEqual([0, (await storyOf("/v1/subjects/correlation.id/cc"))[0]]);
    expect((await order("c-1", { explain: true })).out[0]).toContain("O-1");
  });

  test("is explained to its last page where a redirect leads", async () => {
    const answer: unknown = await (await waybill.api("/v1/orders/O-1?explain=1")).json();
    const pages = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://pages");
      if (pathname === "/v1/orders/c-1")
        return void response.writeHead(307, { location: "/v1/orders/O-1" }).end();
      const isLast = searchParams.has("cursor");
      response.end(JSON.stringify(isLast ? answer : { ...Answer.parse(answer), nextCursor: "last" }));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void pages.close());
    await once(pages, "listening");
    const url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`; // it listens on a port
    const around = listening();
    expect(await ask(around, { kind: "order", id: "c-1", explain: true, url })).toBe(0);
    expect(around.out.join()).toContain("O-1");
  });

  test("but a trace is searched for", async () => {
    const { code, out, err } = await order(trace("order"));
    expect([code, out]).toEqual([0, await storyOf("/v1/orders/O-1")]);
    expect(err[0]).toBe(
      `No order of that id; it is known as trace: ${waybill.apiUrl}/v1/find?id=${trace("order")}`,
    );
  });

  test("but two other things is a no, with both whole addresses and no word against them", async () => {
    const at = (kind: string) => `${kind}: ${waybill.apiUrl}/v1/subjects/${kind}/BOTH`;
    await expect(order("BOTH")).rejects.toMatchObject({
      code: "not_found",
      message: `No order of that id; it is known as ${at("correlation.id")} and ${at("package.id")}`,
    });
  });

  test("is a no for machines, which asked for an order", async () => {
    const said = { code: "not_found", message: elsewhere("correlation.id", "cc") };
    await expect(order("cc", { json: true })).rejects.toMatchObject(said);
    expect(Answer.parse(JSON.parse((await order("O-1", { json: true })).out.join())).subject.id).toBe("O-1");
  });

  test("nor anything else is a no", async () => {
    await expect(order("nobody")).rejects.toMatchObject({
      code: "not_found",
      message: "Nothing is known under that id.",
    });
  });
});
