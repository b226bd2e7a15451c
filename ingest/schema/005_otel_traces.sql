-- otel_traces: the hops of kind span under the OpenTelemetry exporter's column names, for the OpenTelemetry mode of
-- Grafana's ClickHouse plugin, with 016 and 017 beside it. A view: costs nothing until it is read.
--
-- Row       one per version of a span; the same version told twice is there twice until a merge.
-- Unlike    the exporter's: the state of a link's trace is not kept, so it is empty. There are no tables for metrics.
-- Trap      filter by Timestamp too; a search by trace or attribute alone reads every day.
-- Formerly  aa5176474cda8c5f578063c10dd71a85a7f551f1d805940765ee2c244d1066ca
--           with another comment.
-- Formerly  7495e7635a1b3b56a9398ae70393439dd3bb3bf7831a06a2e0b8da1f0a388a5f
--           of a table with resources as text.
CREATE VIEW IF NOT EXISTS otel_traces AS
SELECT
    at                                    AS Timestamp,
    lower(hex(trace_id))                  AS TraceId,
    lower(hex(span_id))                   AS SpanId,
    if(parent_id = toFixedString('', 8), '', lower(hex(parent_id))) AS ParentSpanId,
    trace_state                           AS TraceState,
    name                                  AS SpanName,
    initcap(toString(span_kind))          AS SpanKind,
    service                               AS ServiceName,
    CAST(resource, 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    scope_name                            AS ScopeName,
    scope_version                         AS ScopeVersion,
    attributes                            AS SpanAttributes,
    toUInt64(greatest(duration, 0))       AS Duration,
    initcap(toString(status))             AS StatusCode,
    message                               AS StatusMessage,
    event_at                              AS `Events.Timestamp`,
    event_name                            AS `Events.Name`,
    event_attributes                      AS `Events.Attributes`,
    arrayMap(id -> lower(hex(id)), link_trace_id) AS `Links.TraceId`,
    arrayMap(id -> lower(hex(id)), link_span_id)  AS `Links.SpanId`,
    arrayMap(id -> '', link_trace_id)     AS `Links.TraceState`,
    link_attributes                       AS `Links.Attributes`
FROM hops
WHERE kind = 'span'
