-- alert_states: what the evaluator decided of each objective, so that a restart neither forgets an incident nor tells
-- of it twice. Written and read by slo/memory.ts.
--
-- Grain     one row per objective; the largest version wins. The empty id is the evaluator's own.
-- Sort key  by objective: all rows of a tenant are read at the start, and never more than there are objectives.
-- State     JSON of slo/incidents.ts.
-- Retention none: rows replace one another.
CREATE TABLE IF NOT EXISTS alert_states
(
    tenant  LowCardinality(String),
    slo_id  String,
    state   String CODEC(ZSTD(1)),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, slo_id)
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
