/** What a sender is told, over real sockets. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Failure } from "../../errors.ts";
import { hopsOf, NOW_MS, openEdge, post, span, type TestEdge, traces } from "./edge.ts";

const PROTOBUF = { "content-type": "application/x-protobuf" };
const BATCH = { "content-type": "application/cloudevents-batch+json" };
const EVENT = { specversion: "1.0", id: "e-1", source: "/shop", type: "com.shop.order.packed" };

/** Posts in chunks, without a length. */
function postChunked(url: string, chunks: readonly Uint8Array[], headers: Record<string, string>) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

describe("a full success", () => {
  test("is an empty object in JSON, whatever parameters the media type has", async () => {
    const edge = await openEdge();
    const answer = await post(`${edge.url}/v1/traces`, traces(span()), {
      "content-type": "application/json; charset=utf-8",
    });
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/json",
      "{}",
    ]);
    expect(hopsOf(edge)).toMatchObject([{ service: "payments", name: "capture card" }]);
    expect(edge.deliveries[0]?.envelope).toMatchObject({
      signal: "traces",
      contentType: "application/json; charset=utf-8",
      contentEncoding: "",
      receivedMs: NOW_MS,
      tenant: "default",
      headers: {},
    });
  });

  test("is zero bytes in protobuf; an empty body is an empty request", async () => {
    const edge = await openEdge();
    for (const door of ["traces", "logs", "metrics"]) {
      const answer = await post(`${edge.url}/v1/${door}`, new Uint8Array(), PROTOBUF);
      expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
        200,
        "application/x-protobuf",
        "",
      ]);
    }
    expect(edge.deliveries).toEqual([]);
  });

  test("comes only after the hops are durable", async () => {
    const steps: string[] = [];
    const edge = await openEdge({
      accept: () => new Promise((resolve) => setTimeout(() => resolve(void steps.push("durable")), 50)),
    });
    await post(`${edge.url}/v1/traces`, traces(span())).then(() => steps.push("answered"));
    expect(steps).toEqual(["durable", "answered"]);
  });

  test.each(["/prefix/v1/traces", "/a/b/v1/traces/"])("is had behind the prefix of %s", async (path) => {
    const edge = await openEdge();
    expect((await post(edge.url + path, traces(span()))).status).toBe(200);
    expect(edge.deliveries).toHaveLength(1);
  });

  test.each(["gzip", "GZIP", "x-gzip", "identity"])(
    "is had with the encoding %s, and the body is handed on as sent",
    async (coding) => {
      const edge = await openEdge();
      const body = coding === "identity" ? Buffer.from(traces(span())) : gzipSync(traces(span()));
      const answer = await post(`${edge.url}/v1/traces`, body, { "content-encoding": coding });
      expect(answer.status).toBe(200);
      expect(edge.deliveries[0]?.envelope.contentEncoding).toBe(coding);
      expect(Buffer.compare(edge.deliveries[0]?.body ?? Buffer.of(), body)).toBe(0);
    },
  );

  test("is had with chunks and no Content-Length", async () => {
    const edge = await openEdge();
    const body = Buffer.from(traces(span()));
    const chunks = [body.subarray(0, 1), body.subarray(1, 100), body.subarray(100)];
    const answer = await postChunked(`${edge.url}/v1/traces`, chunks, { "content-type": "application/json" });
    expect(answer).toEqual({ status: 200, body: "{}" });
  });

  test("is counted, with the bytes as sent", async () => {
    const edge = await openEdge();
    const body = gzipSync(traces(span(), span({ spanId: "00000000000000aa" })));
    await post(`${edge.url}/v1/traces`, body, { "content-encoding": "gzip" });
    expect(edge.counters.traces).toMatchObject({ accepted: 2, refused: 0, bodyBytes: body.length });
    expect([...edge.counters.traces.requests]).toEqual([["ok", 1]]);
    expect(edge.lines).toEqual([]);
  });
});

describe("a partial success", () => {
  const bad = [span({ traceId: "00".repeat(16) }), span({ spanId: "abc" }), span({ spanId: "0".repeat(16) })];

  test("counts the refused spans as a string and names the first reasons", async () => {
    const edge = await openEdge();
    const answer = await post(`${edge.url}/v1/traces`, traces(span(), ...bad));
    const { partialSuccess } = (await answer.json()) as { partialSuccess: Record<string, string> }; // the case at hand
    expect([answer.status, partialSuccess["rejectedSpans"]]).toEqual([200, "3"]);
    expect(partialSuccess["errorMessage"]).toMatch(
      /^3 refused\. trace_id ×1, first at .*spans\[1\]: .* span_id ×2, first at .*spans\[2\]: /,
    );
    expect(edge.deliveries[0]?.decoded.rejected).toHaveLength(3);
    expect([...edge.counters.traces.rejected]).toEqual([
      ["trace_id", 1],
      ["span_id", 2],
    ]);
    expect(edge.counters.traces.accepted).toBe(1);
  });

  test("is still 200 when nothing was fine", async () => {
    const edge = await openEdge();
    expect((await post(`${edge.url}/v1/traces`, traces(...bad))).status).toBe(200);
    expect(edge.deliveries).toHaveLength(1);
  });

  test("never says more than a kilobyte", async () => {
    const edge = await openEdge({
      accept: async () => {
        throw new Failure("overloaded", "ü".repeat(5000));
      },
    });
    const { message } = (await (await post(`${edge.url}/v1/traces`, traces(span()))).json()) as {
      message: string;
    }; // a Status
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    expect(message).not.toContain("\uFFFD");
  });
});

describe("metrics", () => {
  const points = { dataPoints: [{ asInt: "1" }, { asInt: "2" }] };
  const body = JSON.stringify({
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ sum: points }, { gauge: points }, { unknown: points }] }] },
    ],
  });

  test("are turned down point by point, finally and clearly", async () => {
    const edge = await openEdge();
    const answer = await post(`${edge.url}/v1/metrics`, gzipSync(body), { "content-encoding": "gzip" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      partialSuccess: {
        rejectedDataPoints: "4",
        errorMessage: expect.stringContaining("metrics are not stored"),
      },
    });
    expect([...edge.counters.metrics.rejected]).toEqual([["metrics", 4]]);
    expect(edge.deliveries).toEqual([]);
  });

  test("are counted in protobuf too", async () => {
    const edge = await openEdge();
    const nested = (field: number, ...parts: Uint8Array[]) => {
      const inner = Buffer.concat(parts);
      return Buffer.concat([Buffer.of((field << 3) | 2, inner.length), inner]);
    };
    const histogram = nested(
      2,
      nested(1, Buffer.from("m")),
      nested(9, nested(1), nested(1), Buffer.of(0x10, 2)),
    );
    const answer = await post(`${edge.url}/v1/metrics`, nested(1, nested(2, histogram, histogram)), PROTOBUF);
    const told = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, told[2], told[3]]).toEqual([200, 0x08, 4]);
  });

  test("that cannot be read are a bad request", async () => {
    const edge = await openEdge();
    expect((await post(`${edge.url}/v1/metrics`, "{")).status).toBe(400);
    expect((await post(`${edge.url}/v1/metrics`, Buffer.of(0x0a, 9, 1), PROTOBUF)).status).toBe(400);
    expect(
      (await post(`${edge.url}/v1/metrics`, `{"resourceMetrics":${"[".repeat(1e5)}${"]".repeat(1e5)}}`))
        .status,
    ).toBe(200);
  });
});

describe("a refusal", () => {
  const cases: [string, string, RequestInit, number, number][] = [
    ["an unknown address", "/v2/traces", { method: "POST" }, 404, 5],
    ["the wrong method", "/v1/traces", { method: "GET" }, 405, 12],
    [
      "a body of no known type",
      "/v1/traces",
      { method: "POST", body: "x", headers: { "content-type": "text/plain" } },
      415,
      3,
    ],
    ["a body of no type", "/v1/logs", { method: "POST" }, 415, 3],
    [
      "an unknown encoding",
      "/v1/traces",
      {
        method: "POST",
        body: "x",
        headers: { "content-type": "application/json", "content-encoding": "zstd" },
      },
      415,
      3,
    ],
    [
      "twice the same encoding",
      "/v1/traces",
      {
        method: "POST",
        body: "x",
        headers: { "content-type": "application/json", "content-encoding": "gzip, gzip" },
      },
      415,
      3,
    ],
    [
      "something that is not JSON",
      "/v1/traces",
      { method: "POST", body: "{", headers: { "content-type": "application/json" } },
      400,
      3,
    ],
    [
      "something that is not gzip",
      "/v1/traces",
      {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      },
      400,
      3,
    ],
  ];

  test.each(cases)("of %s is a google.rpc.Status in JSON", async (_what, path, init, status, code) => {
    const edge = await openEdge();
    const answer = await fetch(edge.url + path, init);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/json"]);
    const body = await answer.json();
    expect(body).toMatchObject({ code, message: expect.stringMatching(/^[A-Z].*\.$/) });
    const details = [
      { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field: "body" }] },
    ];
    if (status === 400) expect(body).toMatchObject({ details });
    expect(edge.deliveries).toEqual([]);
  });

  test("of a protobuf body is a google.rpc.Status in protobuf", async () => {
    const edge = await openEdge();
    const answer = await post(`${edge.url}/v1/traces`, Buffer.of(0x0a, 0xff), PROTOBUF);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "application/x-protobuf"]);
    const body = Buffer.from(await answer.arrayBuffer());
    expect([...body.subarray(0, 3)]).toEqual([0x08, 3, 0x12]);
    expect(body.toString()).toContain("google.rpc.BadRequest");
  });

  test("of a method says which would do", async () => {
    const edge = await openEdge();
    for (const method of ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"]) {
      const answer = await fetch(`${edge.url}/v1/traces`, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    }
  });

  test("of gRPC says which protocol to use", async () => {
    const edge = await openEdge();
    const answer = await post(`${edge.url}/v1/traces`, "x", { "content-type": "application/grpc+proto" });
    expect(answer.status).toBe(415);
    expect(await answer.text()).toContain("use http/protobuf on port 4318");
  });

  test("is one log line with reason, size and sender, and nothing of what was sent", async () => {
    const edge = await openEdge();
    const secret = "ORD-4711 is not JSON"; // a parser would quote it
    await post(`${edge.url}/v1/traces`, secret, { "user-agent": "shop/1\u00a0x" });
    await post(`${edge.url}/v1/traces/ORD-4711`, secret);
    expect(edge.lines).toMatchObject([
      {
        level: 40,
        door: "traces",
        reason: "malformed",
        status: 400,
        bytes: secret.length,
        sender: expect.stringContaining("127.0.0.1"),
      },
      { door: null, reason: "no_route", status: 404 },
    ]);
    expect(JSON.stringify(edge.lines)).not.toContain("ORD-4711");
    expect([...edge.counters.traces.requests, ...edge.counters.other.requests]).toEqual([
      ["malformed", 1],
      ["no_route", 1],
    ]);
  });
});

describe("a body that is too large", () => {
  const limits = { bodyBytesMax: 100_000 };
  const large = randomBytes(300_000);

  test("is 413 by its length, and the connection still serves", async () => {
    const edge = await openEdge({ limits });
    expect((await post(`${edge.url}/v1/traces`, large)).status).toBe(413);
    expect((await post(`${edge.url}/v1/traces`, traces(span()))).status).toBe(200);
  });

  test("is 413 in chunks, by counting", async () => {
    const edge = await openEdge({ limits });
    const answer = await postChunked(`${edge.url}/v1/traces`, [large.subarray(0, 90_000), large], PROTOBUF);
    expect(answer.status).toBe(413);
    expect([...edge.counters.traces.requests]).toEqual([["too_large", 1]]);
    const endless = Array.from({ length: 100 }, () => large); // more than the buffers on the way can hold
    expect((await postChunked(`${edge.url}/v1/traces`, endless, PROTOBUF)).status).toBe(413);
  });

  test("is 413 after decompression, soon and in little memory", async () => {
    const edge = await openEdge({ limits: { bodyBytesMax: 16 * 1024 * 1024 } });
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024)); // members may follow each other: 10 MB that become 10 GB
    const bomb = Buffer.concat(Array.from({ length: 160 }, () => member));
    expect(bomb.length).toBeGreaterThan(10_000_000);
    const before = process.memoryUsage.rss();
    const began = performance.now();
    for (const door of ["traces", "logs", "metrics"])
      expect(
        (await post(`${edge.url}/v1/${door}`, bomb, { ...PROTOBUF, "content-encoding": "gzip" })).status,
      ).toBe(413);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  });

  test("that fits on its own but not beside others is 503", async () => {
    let release = () => {};
    const accepted = new Promise<void>((resolve) => {
      release = resolve;
    });
    const edge = await openEdge({ limits: { ...limits, heldBytesMax: 100_000 }, accept: () => accepted });
    const body = traces(span({ name: "x".repeat(60_000) }));
    const first = post(`${edge.url}/v1/traces`, body);
    await expect.poll(async () => (await post(`${edge.url}/v1/traces`, body)).status).toBe(503);
    release();
    expect((await first).status).toBe(200);
    expect((await post(`${edge.url}/v1/traces`, body)).status).toBe(200);
  });
});

describe("trouble behind the receiver", () => {
  test.each([
    ["a store that is down", new Failure("store_unavailable")],
    ["a full journal", new Failure("journal_unavailable", "", new Error("ENOSPC"))],
    ["an error nobody foresaw", new TypeError("x is not a function")],
    ["a failure that is not retryable", new Failure("config")],
  ])("%s is 503 with Retry-After, never 500", async (_what, error) => {
    const edge = await openEdge({ accept: () => Promise.reject(error) });
    const answer = await post(`${edge.url}/v1/traces`, traces(span()));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(5);
    expect(await answer.json()).toMatchObject({ code: 14 });
    expect(edge.counters.traces).toMatchObject({ accepted: 0, refused: 1 });
  });

  test("is logged with its cause, which the sender does not see", async () => {
    const edge = await openEdge({
      accept: () => Promise.reject(new Failure("journal_unavailable", "", new Error("disk is full"))),
    });
    expect(await (await post(`${edge.url}/v1/traces`, traces(span()))).text()).not.toContain("disk");
    expect(edge.lines).toMatchObject([
      { reason: "journal_unavailable", status: 503, err: { message: "disk is full" } },
    ]);
  });
});

describe("readiness", () => {
  const ask = async (edge: TestEdge, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${edge.url}/readyz`, { headers });
    return [answer.status, await answer.json()];
  };

  test("is whether data is taken in at this moment, and why not", async () => {
    const told = ["The journal is full.", null];
    const edge = await openEdge({ trouble: async () => told.shift() ?? null });
    expect(await ask(edge)).toEqual([503, { status: "unready", reason: "The journal is full." }]);
    expect(await ask(edge)).toEqual([200, { status: "ready" }]);
  });

  test("has no reasons for who does not show the token", async () => {
    const edge = await openEdge({ token: "s3cret-t0ken", trouble: async () => "The journal is full." });
    expect(await ask(edge)).toEqual([503, { status: "unready" }]);
    expect(await ask(edge, { authorization: "Bearer s3cret-t0ken" })).toMatchObject([
      503,
      { reason: "The journal is full." },
    ]);
  });

  test("is neither kept, counted as a refusal nor logged, and says when to ask again", async () => {
    const edge = await openEdge({ trouble: async () => "The journal is full." });
    const { headers } = await fetch(`${edge.url}/readyz`);
    expect([headers.get("cache-control"), headers.get("retry-after")]).toEqual(["no-store", "2"]);
    expect([edge.counters.other.requests.size, edge.lines]).toEqual([0, []]);
  });

  test("any number of probes at once cost one look", async () => {
    let looks = 0;
    const trouble = async () => {
      looks += 1;
      await sleep(100);
      return null;
    };
    const edge = await openEdge({ trouble });
    await Promise.all([1, 2, 3].map(() => ask(edge)));
    expect(looks).toBe(1);
  });
});

describe("with a token", () => {
  const token = "s3cret-t0ken";

  test("every door but those of probes asks for it", async () => {
    const edge = await openEdge({ token });
    for (const path of ["/v1/traces", "/p/v1/logs", "/v1/metrics", "/v1/events", "/readyz", "/", "/livez/"]) {
      const answer = await post(edge.url + path, traces(span()));
      expect([path, answer.status, answer.headers.get("www-authenticate")]).toEqual([path, 401, "Bearer"]);
    }
    expect((await fetch(`${edge.url}/readyz?verbose`)).status).toBe(401);
    for (const path of ["/livez", "/readyz"]) expect((await fetch(edge.url + path)).status).toBe(200);
    expect(edge.deliveries).toEqual([]);
  });

  test("the right one opens the door, and none is ever logged", async () => {
    const edge = await openEdge({ token });
    expect(
      (await post(`${edge.url}/v1/traces`, traces(span()), { authorization: `Bearer ${token}` })).status,
    ).toBe(200);
    expect(
      (await post(`${edge.url}/v1/traces`, traces(span()), { authorization: "Bearer wr0ng" })).status,
    ).toBe(401);
    expect(JSON.stringify(edge.lines)).not.toMatch(/s3cret|wr0ng/);
  });

  test("a refusal in protobuf is a Status with code 16", async () => {
    const edge = await openEdge({ token });
    const body = Buffer.from(
      await (await post(`${edge.url}/v1/traces`, Buffer.of(), PROTOBUF)).arrayBuffer(),
    );
    expect([...body.subarray(0, 2)]).toEqual([0x08, 16]);
  });
});

describe("browsers", () => {
  const preflight = {
    method: "OPTIONS",
    headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
  };

  test("of other origins are not agreed with unless configured", async () => {
    const edge = await openEdge();
    const answer = await fetch(`${edge.url}/v1/traces`, preflight);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([405, null]);
  });

  test("of a configured origin may send, with a token too", async () => {
    const edge = await openEdge({ corsOrigins: ["https://shop.example"], token: "t" });
    const answer = await fetch(`${edge.url}/v1/traces`, preflight);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://shop.example",
    ]);
    expect(answer.headers.get("access-control-allow-headers")).toContain("traceparent");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("access-control-expose-headers")).toBe("retry-after");
    const sent = await post(`${edge.url}/v1/traces`, traces(span()), {
      origin: "https://shop.example",
      authorization: "Bearer t",
    });
    expect([sent.status, sent.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://shop.example",
    ]);
  });
});

describe("browsers that send CloudEvents in binary mode", () => {
  test("may name attributes of their own, and no other headers", async () => {
    const edge = await openEdge({ corsOrigins: ["*"] });
    const answer = await fetch(`${edge.url}/v1/events`, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "ce-id,CE-OrderId, x-other,content-type",
      },
    });
    const allowed = (answer.headers.get("access-control-allow-headers") ?? "").split(", ");
    expect(allowed).toEqual(expect.arrayContaining(["ce-id", "ce-orderid", "content-type"]));
    expect(allowed).not.toContain("x-other");
  });
});

describe("CloudEvents", () => {
  test("of a webhook that is only given an address may carry the token there, and nothing else may", async () => {
    const edge = await openEdge({ token: "t0ken" });
    const sent = async (path: string, body: string, type: string) =>
      (await post(edge.url + path, body, { "content-type": type })).status;
    const event = JSON.stringify(EVENT);
    expect(await sent("/v1/events?access_token=t0ken", event, "application/cloudevents+json")).toBe(204);
    expect(await sent("/v1/events?access_token=wr0ng", event, "application/cloudevents+json")).toBe(401);
    expect(await sent("/v1/logs?access_token=t0ken", "{}", "application/json")).toBe(401);
    expect(JSON.stringify(edge.lines)).not.toMatch(/t0ken|wr0ng/);
  });

  test("that are all fine are answered 204 without a body", async () => {
    const edge = await openEdge();
    for (const [body, type] of [
      [JSON.stringify(EVENT), "application/cloudevents+json"],
      [JSON.stringify([EVENT, { ...EVENT, id: "e-2" }]), "application/cloudevents-batch+json; charset=utf-8"],
      ["[]", "application/cloudevents-batch+json"],
    ] as const) {
      const answer = await post(`${edge.url}/v1/events`, body, { "content-type": type });
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
    }
    expect(hopsOf(edge)).toHaveLength(3);
    expect(edge.counters.events.accepted).toBe(3);
  });

  test("in binary mode keep the headers that are the event, and no others", async () => {
    const edge = await openEdge();
    const headers = {
      "ce-specversion": "1.0",
      "ce-id": "e-1",
      "ce-source": "/shop",
      "ce-type": "t",
      "ce-orderid": "ORD-42",
    };
    const traceparent = "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01";
    const answer = await post(`${edge.url}/v1/events`, "{}", {
      ...headers,
      traceparent,
      cookie: "a=b",
      authorization: "Bearer x",
    });
    expect(answer.status).toBe(204);
    expect(edge.deliveries[0]?.envelope.headers).toEqual({ ...headers, traceparent });
  });

  test("of a batch are refused one by one", async () => {
    const edge = await openEdge();
    const answer = await post(
      `${edge.url}/v1/events`,
      JSON.stringify([EVENT, { ...EVENT, type: "" }, { ...EVENT, id: "e-3" }]),
      BATCH,
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 2, rejected: [{ index: 1, reason: "attribute" }] });
    expect(edge.deliveries[0]?.decoded.rejected).toHaveLength(1);
  });

  test("that come alone and are bad are a bad request, kept for dead letters", async () => {
    const edge = await openEdge();
    const { id: _id, ...nameless } = EVENT;
    const answer = await post(`${edge.url}/v1/events`, JSON.stringify(nameless), {
      "content-type": "application/cloudevents+json",
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
    expect(await answer.json()).toMatchObject({
      type: "about:blank",
      status: 400,
      title: "The request is not valid.",
    });
    expect(edge.deliveries[0]?.decoded.rejected).toHaveLength(1);
  });

  test("that are none are told what to send", async () => {
    const edge = await openEdge();
    for (const type of ["application/json", "application/cloudevents+avro"]) {
      const answer = await post(`${edge.url}/v1/events`, "{}", { "content-type": type });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([415, "application/problem+json"]);
      expect(await answer.text()).toContain("ce-* headers");
    }
  });

  test("may be sent as a webhook by whoever has the token", async () => {
    const edge = await openEdge({ token: "t" });
    const answer = await fetch(`${edge.url}/v1/events`, {
      method: "OPTIONS",
      headers: { "webhook-request-origin": "emitter.example" },
    });
    expect([
      answer.status,
      answer.headers.get("webhook-allowed-origin"),
      answer.headers.get("allow"),
    ]).toEqual([200, "*", "POST, OPTIONS"]);
    expect((await post(`${edge.url}/v1/events`, "[]", BATCH)).status).toBe(401);
  });
});
