-- otel_traces_trace_id_ts: when each trace was, under the OpenTelemetry exporter's names. In its OpenTelemetry mode
-- Grafana's ClickHouse plugin asks here which days of otel_traces to read. A view: costs nothing until it is read.
--
-- Row       one per trace; whole seconds, downwards, as the exporter has them: who adds one to End has all of it.
-- Trap      ask for one TraceId. It is looked for among the trace ids of all days, one column of hops: hops are sorted by
--           locality. Without it every trace is grouped.
CREATE VIEW IF NOT EXISTS otel_traces_trace_id_ts AS
SELECT
    lower(hex(trace_id))         AS TraceId,
    toDateTime(min(at), 'UTC')   AS Start,
    toDateTime(max(at), 'UTC')   AS End
FROM hops
WHERE kind = 'span'
GROUP BY trace_id
