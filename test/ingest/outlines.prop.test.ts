import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alikeIn } from "../../collector/decoder/alike.ts";
import type { Flags, HopBatch } from "../../collector/decoder/columns.ts";
import { entryCount } from "../../collector/decoder/dictionary.ts";
import type { Hop } from "../../collector/hop.ts";
import { NO_OUTLINES, Outlines } from "../../ingest/outlines.ts";
import { anyRequest } from "../collector/arbitrary.ts";
import { attribute, decodeJson, log, logs, span } from "../collector/otlp.ts";

/** Every row kept and told again, one chain for each. */
function keptIn(outlines: Outlines, batch: HopBatch, flags: Flags): { chains: number[]; hops: Hop[][] } {
  const alike = alikeIn(batch, flags);
  const { fixed } = batch.columns;
  const chains = Array.from({ length: batch.rows }, (_, row) =>
    outlines.add(NO_OUTLINES, { fixed, row, alike: alike(row) }),
  );
  return { chains, hops: chains.map((chain) => outlines.hops(chain)) };
}

function outlinesIn(batch: HopBatch, flags: Flags): Hop[][] {
  return Array.from({ length: batch.rows }, (_, row) => [batch.outline(row, flags)]);
}

/** Some attributes and events, as the bits of a seed say. */
function someOf({ columns: { attributes, events } }: HopBatch, seed: number): Flags {
  const some = (count: number) => Uint8Array.from({ length: count }, (_, n) => (seed >> n) & 1);
  return {
    attributes: some(entryCount(attributes.dictionary)),
    events: some(entryCount(events.attributes.dictionary)),
  };
}

describe("outlines", () => {
  test.each(["traces", "logs"] as const)("of %s are told as they were kept", async (signal) => {
    await fc.assert(
      fc.asyncProperty(anyRequest(signal), fc.integer(), async (request, seed) => {
        // Twice, so that there are rows that are alike.
        const twice = Object.fromEntries(
          Object.entries(request).map(([name, all]) => [name, [all, all].flat()]),
        );
        const { batch } = await decodeJson(signal, twice);
        const flags = someOf(batch, seed);
        const outlines = new Outlines();
        const { chains, hops } = keptIn(outlines, batch, flags);
        expect(hops).toEqual(outlinesIn(batch, flags));
        // And again, where those were.
        for (const chain of chains) outlines.giveBack(chain);
        expect(keptIn(outlines, batch, flags).hops).toEqual(outlinesIn(batch, flags));
      }),
      { numRuns: 200 },
    );
  });

  test("that differ in one thing only are told apart", async () => {
    const plain = { name: "n", attributes: [], kind: 1, status: {} };
    const spans = [
      {},
      { name: "m" },
      { kind: 2 },
      { status: { code: 2 } },
      { status: { message: "no" } },
      { attributes: [attribute("a", { stringValue: "1" })] },
      { attributes: [attribute("a", { stringValue: "2" })] },
      { attributes: [attribute("b", { stringValue: "1" })] },
    ].map((more) => span({ ...plain, ...more }));
    const scopes = ["a", "b"].map((name) => ({ scope: { name }, spans }));
    const resources = ["x", "y"].map((id) => ({
      resource: { attributes: [attribute("host.id", { stringValue: id })] },
      scopeSpans: scopes,
    }));
    const quiet = { eventName: "e", body: {}, attributes: [] };
    const records = [9, 17, 255].map((severityNumber) => log({ ...quiet, severityNumber }));
    for (const [signal, request] of [
      ["traces", { resourceSpans: resources }],
      ["logs", logs(...records)],
    ] as const) {
      const { batch } = await decodeJson(signal, request);
      const flags = { attributes: new Uint8Array(9).fill(1), events: new Uint8Array(9) };
      expect(batch.rows).toBe(signal === "traces" ? 32 : 3);
      expect(keptIn(new Outlines(), batch, flags).hops).toEqual(outlinesIn(batch, flags));
    }
  });

  test("on chains that were joined are told together, each fact once", async () => {
    const { batch } = await decodeJson(
      "logs",
      logs(...["a", "b", "c", "a"].map((eventName) => log({ eventName }))),
    );
    const flags = someOf(batch, -1);
    const [alike, outlines, { fixed }] = [alikeIn(batch, flags), new Outlines(), batch.columns];
    const chainOf = (...rows: number[]) =>
      rows.reduce((chain, row) => outlines.add(chain, { fixed, row, alike: alike(row) }), NO_OUTLINES);
    const both = outlines.joined(chainOf(0, 1), chainOf(2, 3));
    expect(new Set(outlines.hops(both).map(({ name }) => name))).toEqual(new Set(["a", "b", "c"]));
    expect(outlines.hops(both)).toHaveLength(3);
    expect(outlines.joined(NO_OUTLINES, both)).toBe(both);
    expect(outlines.joined(both, NO_OUTLINES)).toBe(both);
    outlines.giveBack(both);
    expect(new Set([chainOf(0), chainOf(1), chainOf(2), chainOf(3)])).toEqual(new Set([0, 1, 2, 3]));
  });

  test("of many rows take the slots that were given back, and no more", async () => {
    const { batch } = await decodeJson("logs", logs(log({ eventName: "e" })));
    const [outlines, { fixed }] = [new Outlines(), batch.columns];
    const outline = { fixed, row: 0, alike: alikeIn(batch, someOf(batch, -1))(0) };
    const many = () => Array.from({ length: 3_000 }, () => outlines.add(NO_OUTLINES, outline));
    const first = many();
    for (const chain of first) outlines.giveBack(chain);
    expect(new Set(many())).toEqual(new Set(first));
  });
});
