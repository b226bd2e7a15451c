import fc from "fast-check";
import { expect, test } from "vitest";
import { entryCount } from "../../collector/decoder/dictionary.ts";
import { anyRequest } from "./arbitrary.ts";
import { decodeJson } from "./otlp.ts";

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
