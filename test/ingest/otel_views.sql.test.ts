/** The views under the OpenTelemetry exporter's names: their columns, and what Grafana's ClickHouse plugin asks of them. */
import { beforeAll, expect, test } from "vitest";
import { migrate } from "../../ingest/migrate.ts";
import type { Store } from "../../ingest/store.ts";
import { onBothShapes } from "../server.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const OTHER = "ffffffffffffffffffffffffffffffff";
const MAP = "Map(LowCardinality(String), String)";

/** Two days of spans of one trace, one span of another, three log records and a CloudEvent. */
const HOPS = `INSERT INTO hops
  (tenant, locality, at, kind, trace_id, span_id, service, name, severity, body, attributes, resource, scope_name, scope_version)
  SELECT 'default', 7, parseDateTime64BestEffort(at, 9, 'UTC'), kind, unhex(trace), unhex(span), 'gateway', name, severity, body,
    map('order.id', 'ORD-42'), map('service.name', 'gateway'), 'shop', '1.2'
  FROM values('at String, kind String, trace String, span String, name String, severity UInt8, body String',
    ('2026-03-10 12:00:00.900000000', 'span', '${TRACE}', 'b7ad6b7169203331', 'POST /orders', 0, ''),
    ('2026-03-10 12:00:03.123456789', 'span', '${TRACE}', 'b7ad6b7169203332', 'charge', 0, ''),
    ('2026-03-11 00:00:01.500000000', 'span', '${TRACE}', 'b7ad6b7169203333', 'ship', 0, ''),
    ('2026-03-12 08:00:00.000000000', 'span', '${OTHER}', 'b7ad6b7169203334', 'GET /', 0, ''),
    ('2026-03-10 12:00:02.000000001', 'log', '${TRACE}', 'b7ad6b7169203331', 'order.paid', 9, 'paid'),
    ('2026-03-10 12:00:04.000000000', 'log', '', '', '', 18, 'card declined'),
    ('2026-03-10 12:00:05.000000000', 'log', '', '', '', 0, 'no idea how bad'),
    ('2026-03-09 00:00:00.000000000', 'cloudevent', '${TRACE}', '', 'order.placed', 0, ''))`;

/** A day on which somebody logs once in every severity. */
const SEVERITIES = `INSERT INTO hops (tenant, locality, at, kind, fact_id, severity)
  SELECT 'default', 8, '2026-03-13 00:00:00', 'log', toFixedString(toString(number), 16), number FROM numbers(25)`;

/** As the plugin (4.20) writes it when somebody opens a trace; the days that it looks at come from the companion. */
const PLUGIN_TRACE = `WITH '${TRACE}' AS trace_id,
  (SELECT min(Start) FROM "otel_traces_trace_id_ts" WHERE TraceId = trace_id) AS trace_start,
  (SELECT max(End) + 1 FROM "otel_traces_trace_id_ts" WHERE TraceId = trace_id) AS trace_end
SELECT "TraceId" AS traceID, "SpanId" AS spanID, "SpanName" AS operationName
FROM "otel_traces"
WHERE traceID = trace_id AND "Timestamp" >= trace_start AND "Timestamp" <= trace_end
ORDER BY "Timestamp" LIMIT 1000`;

const PLUGIN_LOGS = `SELECT Timestamp AS timestamp, Body AS body, SeverityText AS level, TraceId AS traceID,
  ResourceAttributes, ScopeAttributes, LogAttributes, ServiceName
FROM "otel_logs"
WHERE ( timestamp >= toDateTime64('2026-03-10 12:00:00', 9, 'UTC') AND timestamp <= toDateTime64('2026-03-10 12:00:04', 9, 'UTC') )
ORDER BY timestamp DESC LIMIT 1000`;

async function told(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await migrate(store);
  for (const insert of [HOPS, SEVERITIES]) await store.command(insert);
  return store;
}

function columnsOf(store: Store, view: string): Promise<unknown[]> {
  const params = { view };
  return store.query(
    "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {view:String} ORDER BY position",
    params,
  );
}

onBothShapes("the OpenTelemetry exporter's tables", (open) => {
  let store: Store;
  beforeAll(async () => {
    store = await told(open);
  });

  test("logs have its columns, those that it has since 0.151", async () => {
    expect(await columnsOf(store, "otel_logs")).toEqual(
      Object.entries({
        Timestamp: "DateTime64(9, 'UTC')",
        TraceId: "String",
        SpanId: "String",
        TraceFlags: "UInt8",
        SeverityText: "LowCardinality(String)",
        SeverityNumber: "UInt8",
        ServiceName: "LowCardinality(String)",
        Body: "String",
        ResourceSchemaUrl: "LowCardinality(String)",
        ResourceAttributes: MAP,
        ScopeSchemaUrl: "LowCardinality(String)",
        ScopeName: "String",
        ScopeVersion: "LowCardinality(String)",
        ScopeAttributes: MAP,
        LogAttributes: MAP,
        EventName: "String",
      }).map(([name, type]) => ({ name, type })),
    );
  });

  test("a log record is told with its trace, its severity in words and its attributes", async () => {
    expect(await store.query("SELECT * FROM otel_logs WHERE EventName = 'order.paid'")).toEqual([
      {
        Timestamp: "2026-03-10 12:00:02.000000001",
        TraceId: TRACE,
        SpanId: "b7ad6b7169203331",
        TraceFlags: 0,
        SeverityText: "INFO",
        SeverityNumber: 9,
        ServiceName: "gateway",
        Body: "paid",
        ResourceSchemaUrl: "",
        ResourceAttributes: [["service.name", "gateway"]],
        ScopeSchemaUrl: "",
        ScopeName: "shop",
        ScopeVersion: "1.2",
        ScopeAttributes: [],
        LogAttributes: [["order.id", "ORD-42"]],
        EventName: "order.paid",
      },
    ]);
  });

  test("a log record without a trace or a severity has none, and nothing but log records is one", async () => {
    const rows = await store.query(
      "SELECT TraceId, SpanId, SeverityText, Body FROM otel_logs WHERE toDate(Timestamp) < '2026-03-13' ORDER BY Timestamp",
    );
    expect(rows).toEqual([
      { TraceId: TRACE, SpanId: "b7ad6b7169203331", SeverityText: "INFO", Body: "paid" },
      { TraceId: "", SpanId: "", SeverityText: "ERROR", Body: "card declined" },
      { TraceId: "", SpanId: "", SeverityText: "", Body: "no idea how bad" },
    ]);
  });

  test("every severity number has the word of its range", async () => {
    const rows = await store.query(
      "SELECT SeverityText AS word, min(SeverityNumber) AS least, max(SeverityNumber) AS most FROM otel_logs WHERE toDate(Timestamp) = '2026-03-13' GROUP BY word ORDER BY least",
    );
    expect(rows).toEqual([
      { word: "", least: 0, most: 0 },
      { word: "TRACE", least: 1, most: 4 },
      { word: "DEBUG", least: 5, most: 8 },
      { word: "INFO", least: 9, most: 12 },
      { word: "WARN", least: 13, most: 16 },
      { word: "ERROR", least: 17, most: 20 },
      { word: "FATAL", least: 21, most: 24 },
    ]);
  });

  test("a trace lasts from the second of its first span to that of its last", async () => {
    expect(await columnsOf(store, "otel_traces_trace_id_ts")).toEqual([
      { name: "TraceId", type: "String" },
      { name: "Start", type: "DateTime('UTC')" },
      { name: "End", type: "DateTime('UTC')" },
    ]);
    expect(await store.query("SELECT * FROM otel_traces_trace_id_ts ORDER BY Start")).toEqual([
      { TraceId: TRACE, Start: "2026-03-10 12:00:00", End: "2026-03-11 00:00:01" },
      { TraceId: OTHER, Start: "2026-03-12 08:00:00", End: "2026-03-12 08:00:00" },
    ]);
  });

  test("who asks for one trace does not wait for all others to be grouped", async () => {
    const plan = await store.query(
      `EXPLAIN actions = 1 SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = '${TRACE}'`,
    );
    expect(JSON.stringify(plan)).toMatch(/Prewhere filter column: [^"]*hex\(trace_id/);
  });

  test("the plugin's query for a trace finds all of its spans, to the last fraction of a second", async () => {
    expect(await store.query(PLUGIN_TRACE)).toEqual(
      ["POST /orders", "charge", "ship"].map((operationName, at) => ({
        traceID: TRACE,
        spanID: `b7ad6b716920333${at + 1}`,
        operationName,
      })),
    );
  });

  test("the plugin's query for logs finds those of its window, latest first", async () => {
    expect(await store.query(PLUGIN_LOGS)).toMatchObject([
      { body: "card declined", level: "ERROR", traceID: "" },
      { body: "paid", level: "INFO", traceID: TRACE, LogAttributes: [["order.id", "ORD-42"]] },
    ]);
  });
});
