import fc from "fast-check";
import { expect, test } from "vitest";
import type { Decoded } from "../../collector/decode.ts";
import { anyRequest } from "./arbitrary.ts";
import { expectedHops } from "./expected.ts";
import { decode, decodeBytes, decodeJson, hops, readByProtobufjs, requestBytes } from "./otlp.ts";

const SIGNALS = ["traces", "logs"] as const;

test.each(SIGNALS)("protobuf of %s says what protobufjs reads from it, in every field", async (signal) => {
  await fc.assert(
    fc.asyncProperty(anyRequest(signal), async (request) => {
      const bytes = requestBytes(signal, request);
      const decoded = await decodeBytes(signal, bytes);
      const told = hops(decoded).map(({ id: _id, digest: _digest, ...rest }) => rest);
      expect(decoded.rejected).toEqual([]);
      expect(told).toEqual(expectedHops(signal, readByProtobufjs(signal, bytes)));
    }),
    { numRuns: 300 },
  );
});

test.each(SIGNALS)(
  "the JSON and the protobuf of the same %s are the same hops, down to the digest",
  async (signal) => {
    await fc.assert(
      fc.asyncProperty(anyRequest(signal), async (request) => {
        const fromJson = await decodeJson(signal, request);
        const fromProtobuf = await decodeBytes(signal, requestBytes(signal, request));
        expect(hops(fromJson)).toEqual(hops(fromProtobuf));
        expect(fromJson.rejected).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
);

test("a hop does not depend on what else is in its request", async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest("traces"), anyRequest("traces"), async (one, other) => {
      const both = { resourceSpans: [one["resourceSpans"], other["resourceSpans"]].flat() };
      const alone = [await decodeJson("traces", one), await decodeJson("traces", other)].flatMap(hops);
      expect(hops(await decodeJson("traces", both))).toEqual(alone);
    }),
    { numRuns: 100 },
  );
});

/** A small generator of its own: fast-check would be slower than what it tests. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Some bytes changed, dropped, doubled or cut off. */
function spoil(body: Uint8Array, roll: (below: number) => number): Uint8Array {
  const bytes = Buffer.from(body);
  for (let left = roll(4); left >= 0; left--) bytes[roll(bytes.length)] = roll(256);
  const [from, to] = [roll(bytes.length), roll(bytes.length)];
  if (roll(3) === 0) return bytes.subarray(0, from);
  if (roll(3) === 0) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  return bytes;
}

const MUTATIONS = 5_000;

test.each([
  ["traces", "application/x-protobuf"],
  ["logs", "application/x-protobuf"],
  ["traces", "application/json"],
  ["logs", "application/json"],
  ["events", "application/cloudevents-batch+json"],
] as const)(
  `spoilt %s in %s are decoded or refused, ${MUTATIONS} times, and never anything else`,
  async (signal, type) => {
    const roll = dice(7);
    const samples = fc.sample(signal === "logs" ? anyRequest("logs") : anyRequest("traces"), {
      numRuns: 50,
      seed: 1,
    });
    const bodies = samples.map((request) => {
      if (signal === "events")
        return Buffer.from(
          JSON.stringify([
            {
              specversion: "1.0",
              id: "1",
              source: "s",
              type: "t",
              time: "2026-09-01T10:00:00Z",
              data: request,
            },
          ]),
        );
      return type === "application/json"
        ? Buffer.from(JSON.stringify(request))
        : requestBytes(signal, request);
    });
    for (let run = 0; run < MUTATIONS; run++) {
      const body = spoil(bodies[roll(bodies.length)] ?? Buffer.of(), roll);
      const outcome = await decode(signal, type, body).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ name: "Failure", code: "malformed" });
      else hops(outcome as Decoded); // nothing else is thrown or resolved
    }
  },
  60_000,
);
