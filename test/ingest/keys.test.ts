import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Keys, keysOf } from "../../ingest/keys.ts";
import { parseDefinitions } from "../../ingest/yaml.ts";
import {
  attribute,
  decodeBytes,
  decodeJson,
  hops,
  logs,
  type Message,
  requestBytes,
} from "../collector/otlp.ts";
import { event } from "./build.ts";

const KINDS = kindsIn(`
version: 1
keys:
  correlation.id: { role: identifies, from: [correlation.id, { attribute: app.payload, pointer: /meta/cid }] }
journeys: { parcel: { subject: correlation.id, owner: team, steps: { sent: { event: sent } } } }
`);

function kindsIn(yaml: string) {
  const parsed = parseDefinitions(yaml, "test.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definitions.keys;
}

function idsIn(keys: Record<string, string>): readonly string[] {
  return idsOf(keysOf(event({ name: "sent", keys }), KINDS));
}

function idsOf(keys: Keys): readonly string[] {
  return keys.get("correlation.id") ?? [];
}

describe("an id is the digits that were written:", () => {
  test.each<[payload: string, ids: string[]]>([
    ['{"meta":{"cid":1234567890123456781}}', ["1234567890123456781"]],
    ['{"meta":{"cid":1234567890123456782}}', ["1234567890123456782"]],
    ['{"meta":{"cid":-9007199254740993}}', ["-9007199254740993"]],
    ['{"meta":{"cid":100000000000000000000000}}', ["100000000000000000000000"]],
    ['{"meta":{"cid":"1234567890123456781"}}', ["1234567890123456781"]],
    ['{"meta":{"cid":[7205759403792793601,42,"A",true]}}', ["7205759403792793601", "42", "A", "true"]],
    ['{"meta":{"cid":[7205759403792793601,{"id":1},[2],null]}}', ["7205759403792793601"]],
    ['{"meta":{"cid":42.0}}', ["42"]],
    [`{"meta":{"cid":${"9".repeat(512)}}}`, ["9".repeat(512)]],
  ])("behind a pointer into %s", (payload, ids) => {
    expect(idsIn({ "app.payload": payload })).toEqual(ids);
  });

  test.each<[list: string, ids: string[]]>([
    ["[7205759403792793601]", ["7205759403792793601"]],
    ["[7205759403792793601,7205759403792793602]", ["7205759403792793601", "7205759403792793602"]],
    [" [ 1, -9223372036854775808 ] ", ["1", "-9223372036854775808"]],
  ])("in the list %s", (list, ids) => {
    expect(idsIn({ "correlation.id": list })).toEqual(ids);
  });
});

test("a number that is too large for any is no id: all of them would be one", () => {
  const digits = "9".repeat(513);
  expect(idsIn({ "correlation.id": `[1e999,${digits}]` })).toEqual([]);
  expect(idsIn({ "app.payload": `{"meta":{"cid":${digits}}}` })).toEqual([]);
});

test("a pointer into what is nested a million deep finds nothing, and a list of that is no id", () => {
  const deep = `${"[".repeat(1_000_000)}1234567890123456781${"]".repeat(1_000_000)}`;
  expect(idsIn({ "app.payload": `{"meta":{"cid":${deep}}}`, "correlation.id": deep })).toEqual([]);
});

test("one integer is one id, as an attribute or in a list, a map or a text of JSON, in protobuf or in JSON", async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), async (integer) => {
      const value = { intValue: String(integer) };
      const map = (key: string, inner: Message) => ({ kvlistValue: { values: [attribute(key, inner)] } });
      const attributes = [
        attribute("correlation.id", value),
        attribute("correlation.id", { arrayValue: { values: [value] } }),
        attribute("app.payload", map("meta", map("cid", value))),
        attribute("app.payload", { stringValue: `{"meta":{"cid":${integer}}}` }),
        attribute("app.payload", { stringValue: `{"meta":{"cid":[${integer}]}}` }),
      ];
      const request = logs(
        ...attributes.map((each) => ({ timeUnixNano: "1788256800000000001", attributes: [each] })),
      );
      const bare = JSON.stringify(request).replace(/"intValue":"(-?\d+)"/g, '"intValue":$1');
      const told = [
        await decodeBytes("logs", requestBytes("logs", request)),
        await decodeJson("logs", request),
        await decodeJson("logs", bare),
      ].flatMap(hops);
      expect(told.map((hop) => idsOf(keysOf(hop, KINDS)))).toEqual(Array(15).fill([String(integer)]));
    }),
    { numRuns: 200 },
  );
});
