import { expect, test } from "vitest";
import { Comparison } from "../../ingest/comparison.ts";
import type { Definitions } from "../../ingest/definitions.ts";
import { fold } from "../../ingest/fold.ts";
import { parseDefinitions } from "../../ingest/yaml.ts";
import { event, TEN_NS } from "./build.ts";

const TODAY = `
version: 1
keys: { order.id: { role: identifies, from: [order.id] } }
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { event: placed }, paid: { event: paid, within: 30s } }
`;

function definitionsOf(yaml: string): Definitions {
  const parsed = parseDefinitions(yaml, "waybill.yaml");
  if ("problems" in parsed) throw new RangeError(JSON.stringify(parsed.problems));
  return parsed.definitions;
}

/** What is worth a look, when six orders were placed, or paid as well, and nothing else came in. */
function warnings(next: string, steps: readonly string[]): readonly string[] {
  const compared = { present: definitionsOf(TODAY), next: definitionsOf(next) };
  const comparison = new Comparison(compared);
  for (let order = 0; order < 6; order++) {
    const hops = steps.map((name) => event({ name, keys: { "order.id": `ORD-${order}` } }));
    const folded = ({ journeys, tags }: Definitions) => ({
      hops,
      belongs: new Map(),
      journeys: journeys.flatMap(
        (definition) =>
          fold({ definition, subject: { kind: "order.id", id: `ORD-${order}` }, hops, tags }, TEN_NS) ?? [],
      ),
    });
    comparison.add(1, folded(compared.present), folded(compared.next));
  }
  return comparison.rehearsal(6, false).warnings;
}

test("a step that nothing matches today either, and journeys that never succeeded, are no warning", () => {
  const later = TODAY.replace("within: 30s", "within: 1m, owner: payments-team");
  expect(warnings(later, ["placed"])).toEqual([]);
});

test("a step that is reached by other hops than before is one, when none of them came", () => {
  const other = TODAY.replace("event: paid,", "event: payed,");
  expect(warnings(other, ["placed"])).toEqual(["create-order: no recorded hop matches the step paid."]);
});

test("no success any more is one", () => {
  const other = TODAY.replace("event: paid,", "event: payed,");
  expect(warnings(other, ["placed", "paid"])).toEqual([
    "create-order: no recorded hop matches the step paid.",
    "create-order: none of its 6 journeys would have succeeded.",
  ]);
});
