-- trace: the spans of one trace, under the names that Grafana's trace view reads.
--
-- Row      one per span, earliest first; durations in milliseconds.
-- Window   the dashboard's, by start of the span.
-- Reads    the view otel_traces, whole days of it: it is sorted by locality, not by trace id.
-- Trap     LIMIT 1 BY: a span that was delivered twice is two rows until a merge.
SELECT
    TraceId AS traceID,
    SpanId AS spanID,
    ParentSpanId AS parentSpanID,
    SpanName AS operationName,
    ServiceName AS serviceName,
    Timestamp AS startTime,
    Duration / 1e6 AS duration,
    if(StatusCode = 'Error', 2, 0) AS statusCode,
    arrayMap(name -> map('key', name, 'value', SpanAttributes[name]), mapKeys(SpanAttributes)) AS tags,
    arrayMap(name -> map('key', name, 'value', ResourceAttributes[name]), mapKeys(ResourceAttributes)) AS serviceTags
FROM otel_traces
WHERE TraceId = lower(${trace:singlequote})
    AND $__timeFilter_ms(Timestamp)
ORDER BY startTime
LIMIT 1 BY spanID
