import { describe, expect, test } from "vitest";
import { graphOf } from "../../ingest/graph.ts";
import { settle } from "../../ingest/settle.ts";
import { vanishedIn } from "../../ingest/vanished.ts";
import { CREATE_ORDER, DEFINITIONS, event, KINDS, pattern, span, step } from "./build.ts";
import { kept } from "./laws.ts";
import { HOUR_LATER_NS } from "./rows.ts";

const PAGE = {
  ...CREATE_ORDER,
  steps: [step("page", { match: [{ span: pattern("page") }] }), step("shipped")],
  start: "page",
  succeeds: "shipped",
};
const subject = { kind: "order.id", value: "OLD" };

const page = span({ trace: "web", id: "page" });
const create = span({ trace: "web", id: "create", parent: "page" });
const history = span({ trace: "web", id: "history", parent: "create", keys: { "order.id": "OLD" } });
const reserve = span({ trace: "web", id: "reserve", parent: "page", keys: { "order.id": "NEW" } });
const other = event({ name: "noted", keys: { "order.id": "OTHER" } });

describe("a subject without a journey may have had one", () => {
  const among = (hops: Parameters<typeof graphOf>[0]) =>
    vanishedIn(graphOf(hops, KINDS), [{ definition: PAGE, subject }]).length === 1;

  test("when a hop that begins one has to do with it, over any number of others", () => {
    expect(among([page, create, history, reserve])).toBe(true);
    const same = { "item.id": "I" };
    const said = [
      event({ name: "a", keys: same }),
      event({ name: "b", keys: { ...same, "order.id": "OLD" } }),
    ];
    expect(among([...said, span({ trace: "t", id: "page", keys: same })])).toBe(true);
  });

  test("and none when nothing that begins one has", () => {
    expect(among([history, create, span({ trace: "elsewhere", id: "page" })])).toBe(false);
    expect(among([page, other])).toBe(false);
  });
});

test("what a nearer key takes away leaves a journey to close, and a late one of the same is there again", async () => {
  const definitions = { ...DEFINITIONS, journeys: [PAGE] };
  const settled = async (...hops: Parameters<typeof settle>[1][number][]) => {
    const options = { source: kept(hops), definitions, tenant: "t", hopsMax: 100 };
    const { journeys, merged } = await settle(options, hops.slice(-1), HOUR_LATER_NS);
    return { journeys: journeys.map(({ subject: { id } }) => id), merged };
  };
  expect(await settled(page, create, history, other)).toEqual({ journeys: [], merged: [] });
  expect(await settled(page, create, history)).toEqual({ journeys: ["OLD"], merged: [] });
  const gone = { definition: "create-order", subject: { kind: "order.id", id: "OLD" }, into: [] };
  expect(await settled(page, create, history, reserve)).toEqual({ journeys: ["NEW"], merged: [gone] });
  const shipped = event({ name: "shipped", keys: { "order.id": "OLD" } });
  expect(await settled(page, create, history, reserve, shipped)).toMatchObject({ journeys: ["OLD"] });
});
