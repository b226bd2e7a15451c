import fc from "fast-check";
import { expect, test } from "vitest";
import { entryCount } from "../../collector/decoder/dictionary.ts";
import { packerOf } from "../../collector/decoder/packed.ts";
import { anyRequest } from "./arbitrary.ts";
import { attribute, decodeJson, log, logs, span } from "./otlp.ts";

test.each(["traces", "logs"] as const)("an outline of %s that was packed is the outline", async (signal) => {
  await fc.assert(
    fc.asyncProperty(anyRequest(signal), fc.integer(), async (request, seed) => {
      // Twice, so that there are rows that are alike.
      const twice = Object.fromEntries(
        Object.entries(request).map(([name, all]) => [name, [all, all].flat()]),
      );
      const { batch } = await decodeJson(signal, twice);
      const { attributes, events } = batch.columns;
      const some = (count: number) => Uint8Array.from({ length: count }, (_, n) => (seed >> n) & 1);
      const flags = {
        attributes: some(entryCount(attributes.dictionary)),
        events: some(entryCount(events.attributes.dictionary)),
      };
      const packed = packerOf(batch, flags);
      for (let row = 0; row < batch.rows; row++) expect(packed(row).hop()).toEqual(batch.outline(row, flags));
    }),
    { numRuns: 200 },
  );
});

test("an outline has of attributes and events what is flagged, and no links", async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest("traces"), async (request) => {
      const { batch } = await decodeJson("traces", request);
      const { attributes, events } = batch.columns;
      const [none, all] = [0, 1].map((flag) => ({
        attributes: new Uint8Array(entryCount(attributes.dictionary)).fill(flag),
        events: new Uint8Array(entryCount(events.attributes.dictionary)).fill(flag),
      }));
      if (none === undefined || all === undefined) throw new Error("two kinds of flags");
      for (let row = 0; row < batch.rows; row++) {
        const hop = batch.hop(row);
        const told = hop.events.some((event) => event.attributes.size > 0) ? hop.events : [];
        expect(batch.outline(row, all)).toEqual({ ...hop, events: told, links: [] });
        expect(batch.outline(row, none)).toEqual({ ...hop, attributes: new Map(), events: [], links: [] });
      }
    }),
    { numRuns: 100 },
  );
});

test("rows that differ in one thing only are told apart", async () => {
  const plain = { name: "n", attributes: [], kind: 1, status: {} };
  const spans = [{}, { name: "m" }, { kind: 2 }, { status: { code: 2 } }, { status: { message: "no" } }].map(
    (more) => span({ ...plain, ...more }),
  );
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
    const flags = { attributes: new Uint8Array(9), events: new Uint8Array(9) };
    const packed = packerOf(batch, flags);
    expect(batch.rows).toBe(signal === "traces" ? 20 : 3);
    for (let row = 0; row < batch.rows; row++) expect(packed(row).hop()).toEqual(batch.outline(row, flags));
  }
});
