/** What Grafana's file provider and our own data sources need of the committed dashboards. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { render } from "../../dashboards/catalogue.ts";
import { renderMetrics } from "../../slo/metrics.ts";
import { lookbacksOf } from "../../slo/windows.ts";
import { days, someObjective } from "../slo/promise.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: Ref;
  readonly targets?: readonly { readonly refId: string; readonly datasource: Ref; readonly expr?: string }[];
}

interface Ref {
  readonly type: string;
  readonly uid: string;
}

/** A data source as it is provisioned; `logs` and `traces` are the OpenTelemetry mode of the ClickHouse plugin. */
interface DataSource extends Ref {
  readonly jsonData: {
    readonly defaultDatabase?: string;
    readonly logs?: Mode;
    readonly traces?: Mode;
  };
}

interface Mode {
  readonly defaultTable: string;
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
}

const BOARDS = render().map(({ file, json }) => ({ file, json, board: JSON.parse(json) as Dashboard })); // our own output

describe.each(BOARDS)("$file", ({ file, json, board }) => {
  test("is what the code generates: npm run dashboards", () => {
    expect(readFileSync(new URL(`../../dashboards/${file}`, import.meta.url), "utf8")).toBe(json);
  });

  test("is classic JSON without an id of any one Grafana", () => {
    expect(board.schemaVersion).toBe(42);
    expect(Object.keys(board)).toEqual(expect.arrayContaining(["panels", "uid", "title", "templating"]));
    for (const name of ["id", "elements", "layout", "apiVersion"]) expect(board).not.toHaveProperty(name);
  });

  test("numbers its panels apart and lets none overlap or leave the grid", () => {
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = board.panels.flatMap(({ gridPos }) => cellsOf(gridPos));
    expect(new Set(cells).size).toBe(cells.length);
    expect(board.panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true);
  });

  test("asks only data sources that are provisioned", () => {
    const known = provisioned();
    const asked = board.panels.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((t) => t.datasource),
    ]);
    for (const ref of asked)
      if (ref !== undefined) expect(known).toContainEqual({ type: ref.type, uid: ref.uid });
    expect(asked.length).toBeGreaterThan(10);
  });
});

test("no two dashboards share a uid", () => {
  expect(new Set(BOARDS.map(({ board }) => board.uid)).size).toBe(BOARDS.length);
});

test("every gauge that a panel asks for is one that Waybill exports", async () => {
  const text = await renderMetrics({
    watermarkMs: 0,
    slos: [],
    journeys: [],
    decided: new Map(),
    ledger: { watermarkMs: 0, countedMs: 0, owed: 0, held: 0 },
  });
  const exported = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name);
  const asked = BOARDS.flatMap(({ json }) => [...json.matchAll(/waybill_\w+/g)].map(([name]) => name));
  expect(asked.length).toBeGreaterThan(5);
  expect(exported).toEqual(expect.arrayContaining(asked));
});

test("every window that a panel asks for is one that objectives are counted over", () => {
  const counted = lookbacksOf(someObjective({ window: days(28) }), 0).map(({ label }) => label);
  const asked = BOARDS.flatMap(({ json }) =>
    [...json.matchAll(/slo_window=\\"(\w+)\\"/g)].map(([, window]) => window),
  );
  expect(asked.length).toBeGreaterThan(0);
  expect(counted).toEqual(expect.arrayContaining(asked));
});

test("the plugin's OpenTelemetry mode is on, and looks where there is something", () => {
  const schema = readdirSync(new URL("../../ingest/schema/", import.meta.url)).map((file) =>
    file.slice(4, -4),
  );
  const [clickhouse] = dataSources();
  const { defaultDatabase, logs, traces } = clickhouse?.jsonData ?? {};
  for (const mode of [logs, traces]) {
    expect(mode).toMatchObject({ defaultDatabase, otelEnabled: true, otelVersion: "latest" });
  }
  // The plugin appends this to the table of traces by itself.
  const companion = `${traces?.defaultTable}_trace_id_ts`;
  expect(schema).toEqual(expect.arrayContaining([logs?.defaultTable, traces?.defaultTable, companion]));
});

function cellsOf({ x, y, w, h }: Panel["gridPos"]): string[] {
  return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
}

function dataSources(): DataSource[] {
  const path = new URL("../../dashboards/provisioning/datasources/waybill.yaml", import.meta.url);
  const { datasources } = parse(readFileSync(path, "utf8")) as { datasources: DataSource[] }; // our own file
  return datasources;
}

function provisioned(): Ref[] {
  return dataSources().map(({ type, uid }) => ({ type, uid }));
}
