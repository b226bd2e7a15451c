-- refs: where to look. "On this day, hops of this locality carry this key, link, message or trace."
-- Written by ingest/pipeline.ts in the same flush as the hops, read by ingest/sql/refs_by_value.sql.
--
-- Grain     one row per (key or carrier, day, locality); a set, so telling it twice changes nothing.
-- Sort key  the value first: one keyed read answers "any id of any kind".
-- Retention by month, with the hops.
CREATE TABLE IF NOT EXISTS refs
(
    tenant   LowCardinality(String),
    value    String CODEC(ZSTD(1)),
    kind     LowCardinality(String),
    day      Date,
    locality UInt64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, value, kind, day, locality)
SETTINGS index_granularity = 1024, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
