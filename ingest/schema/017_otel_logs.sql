-- otel_logs: the hops of kind log under the OpenTelemetry exporter's column names (0.151 and newer, which have no
-- TimestampTime), for the OpenTelemetry mode of Grafana's ClickHouse plugin. A view: costs nothing until it is read.
--
-- Row       one per version of a record; the same version told twice is there twice until a merge.
-- Unlike    the exporter's: SeverityText is the word for the number, whatever the sender wrote. Flags, addresses of
--           schemas and attributes of scopes are not kept, so they are empty. A CloudEvent is no log record.
-- Trap      filter by Timestamp; a search by trace, severity or attribute alone reads every day.
CREATE VIEW IF NOT EXISTS otel_logs AS
SELECT
    at                                    AS Timestamp,
    if(trace_id = toFixedString('', 16), '', lower(hex(trace_id))) AS TraceId,
    if(span_id = toFixedString('', 8), '', lower(hex(span_id)))    AS SpanId,
    toUInt8(0)                            AS TraceFlags,
    CAST(if(severity = 0, '', ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'][intDiv(severity + 3, 4)]), 'LowCardinality(String)') AS SeverityText,
    severity                              AS SeverityNumber,
    service                               AS ServiceName,
    body                                  AS Body,
    CAST('', 'LowCardinality(String)')    AS ResourceSchemaUrl,
    CAST(resource, 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    CAST('', 'LowCardinality(String)')    AS ScopeSchemaUrl,
    CAST(scope_name, 'String')            AS ScopeName,
    scope_version                         AS ScopeVersion,
    CAST(map(), 'Map(LowCardinality(String), String)') AS ScopeAttributes,
    attributes                            AS LogAttributes,
    CAST(name, 'String')                  AS EventName
FROM hops
WHERE kind = 'log'
