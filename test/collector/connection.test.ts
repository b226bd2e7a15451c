/** How connections live and end, byte by byte. */
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openEdge, post, span, speak, traces } from "./edge.ts";

const BODY = traces(span());
const HEAD = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const REQUEST = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const LAST = REQUEST.replace("Host: x", "Host: x\r\nConnection: close");
const QUICK = { keepAliveMs: 65_000, requestMs: 300, checkMs: 50 };

/** The status line of every response in what was heard. */
function statuses(heard: string): number[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}

/** Leaves once all of it is on its way: who leaves before the connection is there has sent nothing. */
async function leaveAfter(port: number, bytes: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.write(bytes, resolve));
  socket.destroy();
}

describe("a connection that is kept", () => {
  test("outlives the idle time of senders and proxies", async () => {
    const { receiver } = await openEdge();
    expect(receiver.server.keepAliveTimeout).toBeGreaterThanOrEqual(65_000);
    expect(receiver.server.requestTimeout).toBeLessThanOrEqual(60_000);
  });

  test("takes a request after idling for longer than headers may take", async () => {
    const edge = await openEdge({ timeouts: QUICK });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = () =>
      new Promise<[number | undefined, boolean]>((resolve, reject) => {
        const outgoing = request(`${edge.url}/livez`, { agent }, (response) => {
          response.resume().on("end", () => resolve([response.statusCode, outgoing.reusedSocket]));
        });
        outgoing.on("error", reject).end();
      });
    expect(await send()).toEqual([200, false]);
    await sleep(700);
    expect(await send()).toEqual([200, true]);
    agent.destroy();
  });

  test("answers requests that were sent in a row in their order", async () => {
    const edge = await openEdge({ accept: ({ body }) => sleep(body.length % 2 === 0 ? 30 : 0) });
    const heard = await speak(edge.port, [
      REQUEST + REQUEST.replace("/v1/traces", "/nowhere") + REQUEST + LAST,
    ]);
    expect(statuses(heard)).toEqual([200, 404, 200, 200]);
  });
});

describe("a request that never ends", () => {
  test("is told to come again and closed when its headers drip in", async () => {
    const edge = await openEdge({ timeouts: QUICK });
    const heard = await speak(edge.port, [...HEAD], 20);
    expect(statuses(heard)).toEqual([503]);
    expect(heard).toMatch(/retry-after: \d/i);
    expect([...edge.counters.other.requests]).toEqual([["overloaded", 1]]);
  });

  test("is told to come again and closed when its body drips in", async () => {
    const edge = await openEdge({ timeouts: QUICK });
    const heard = await speak(edge.port, [`${HEAD}Content-Length: 1000\r\n\r\n`, ...BODY.slice(0, 60)], 20);
    expect(statuses(heard)).toEqual([503]);
    expect(edge.deliveries).toEqual([]);
    expect([...edge.counters.traces.requests]).toEqual([["aborted", 1]]);
  });

  test("is let go without a word when it never began", async () => {
    const edge = await openEdge({ timeouts: QUICK });
    expect(await speak(edge.port, [])).toBe("");
  });

  test("hears one answer when it was refused before its end", async () => {
    const edge = await openEdge({ timeouts: QUICK, limits: { bodyBytesMax: 10 } });
    const heard = await speak(edge.port, [`${HEAD}Content-Length: 1000\r\n\r\n`, ...BODY.slice(0, 60)], 20);
    expect(statuses(heard)).toEqual([413]);
  });
});

describe("a sender that leaves in the middle of its body", () => {
  test("is counted, and nothing of it is kept", async () => {
    const edge = await openEdge();
    await leaveAfter(edge.port, `${HEAD}Content-Length: 1000\r\n\r\n${BODY.slice(0, 50)}`);
    await expect.poll(() => [...edge.counters.traces.requests]).toEqual([["aborted", 1]]);
    expect(edge.deliveries).toEqual([]);
    expect(edge.lines).toMatchObject([{ level: 30, reason: "aborted" }]);
    expect((await post(`${edge.url}/v1/traces`, BODY)).status).toBe(200);
  });

  test("gives back the memory that its body held", async () => {
    const edge = await openEdge({ limits: { bodyBytesMax: 1000, heldBytesMax: 1000 } });
    for (let left = 0; left < 5; left += 1) {
      await leaveAfter(edge.port, `${HEAD}Content-Length: 1000\r\n\r\n${"x".repeat(900)}`);
      await expect.poll(() => edge.counters.traces.requests.get("aborted")).toBe(left + 1);
    }
    expect((await post(`${edge.url}/v1/traces`, BODY)).status).toBe(200);
  });
});

describe("bytes that are not a request", () => {
  test.each([
    ["two lengths", `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`],
    ["a length and chunks", `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a length that is no number", `${HEAD}Content-Length: 5x\r\n\r\n{}`],
    ["a chunk size that is no number", `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`],
    ["a folded header", `${HEAD}X-A: 1\r\n 2\r\nContent-Length: x\r\n\r\n`],
    ["headers without an end", `${HEAD}X-A: ${"a".repeat(20_000)}`],
    ["noise", "\u0000\u0001\u0002 hello\r\n\r\n"],
  ])("with %s are a 400 and the end of the connection", async (_what, bytes) => {
    const edge = await openEdge();
    const heard = await speak(edge.port, [bytes]);
    expect(statuses(heard)).toEqual([400]);
    expect(heard).toMatch(/connection: close/i);
    expect(JSON.parse(heard.split("\r\n\r\n")[1] ?? "")).toMatchObject({ code: 3 });
    expect(edge.deliveries).toEqual([]);
  });

  test("after a body that is longer than it was said to be are never part of it, and wait their turn", async () => {
    const edge = await openEdge({ accept: () => sleep(50) });
    const heard = await speak(edge.port, [`${REQUEST}GARBAGE\r\n\r\n`, "MORE\r\n\r\n", "MORE"], 10);
    expect(statuses(heard)).toEqual([200, 400]);
    expect(edge.counters.traces.accepted).toBe(1);
    expect(edge.lines).toHaveLength(1);
  });

  test("from a gRPC client say which protocol to use", async () => {
    const edge = await openEdge();
    const heard = await speak(edge.port, ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]);
    expect(statuses(heard)).toEqual([415]);
    expect(heard).toContain("use http/protobuf on port 4318");
    expect(edge.lines).toMatchObject([
      { reason: "media_type", msg: expect.stringContaining("http/protobuf") },
    ]);
  });
});

describe("going down", () => {
  test("answers what is here, turns away what comes, and closes every connection", async () => {
    const edge = await openEdge({ accept: () => sleep(150) });
    const idle = speak(edge.port, ["GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"]);
    const inFlight = speak(edge.port, [REQUEST]);
    const halfSent = speak(edge.port, [REQUEST.slice(0, -10), REQUEST.slice(-10)], 200);
    await sleep(100);
    const began = performance.now();
    await edge.receiver.drain(5_000);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(statuses(await idle)).toEqual([200]);
    expect(statuses(await inFlight)).toEqual([200]);
    expect(statuses(await halfSent)).toEqual([200]);
    expect(await inFlight).toMatch(/connection: close/i);
    await expect(fetch(`${edge.url}/livez`)).rejects.toThrow();
  });

  test("tells a connection that is kept to come again elsewhere", async () => {
    const edge = await openEdge({ accept: () => sleep(150) });
    const both = speak(edge.port, [REQUEST, REQUEST], 50);
    await sleep(20);
    const drained = edge.receiver.drain(5_000);
    expect(statuses(await both)[0]).toBe(200);
    await drained;
  });

  test("is not ready for more", async () => {
    const edge = await openEdge({ accept: () => sleep(300) });
    const inFlight = speak(edge.port, [REQUEST]);
    const probe = speak(edge.port, ["GET /readyz HT", "TP/1.1\r\nHost: x\r\n\r\n"], 100);
    await sleep(50);
    await edge.receiver.drain(5_000);
    expect(statuses(await inFlight)).toEqual([200]);
    expect(await probe).toMatch(
      / 503 [\s\S]*{"status":"unready","reason":"The service is shutting down. Try again."}/,
    );
  });

  test("cuts what does not end in time", async () => {
    const edge = await openEdge();
    const stuck = speak(edge.port, [`${HEAD}Content-Length: 1000\r\n\r\n{`]);
    await sleep(50);
    await edge.receiver.drain(100);
    expect(statuses(await stuck)).toEqual([]);
  });
});

test("500 senders that drip do not keep others waiting", async () => {
  const edge = await openEdge({ timeouts: { ...QUICK, requestMs: 1500 } });
  const drips = Array.from({ length: 500 }, () => speak(edge.port, [...HEAD.slice(0, 15)], 100));
  await sleep(200);
  const waits: number[] = [];
  for (let sent = 0; sent < 20; sent += 1) {
    const began = performance.now();
    expect((await post(`${edge.url}/v1/traces`, BODY)).status).toBe(200);
    waits.push(performance.now() - began);
  }
  expect(Math.max(...waits)).toBeLessThan(1000);
  for (const heard of await Promise.all(drips)) expect(statuses(heard)).toEqual([503]);
});
