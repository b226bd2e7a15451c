-- refs: where to look. "On this day, hops of this locality carry this key, link, message or trace."
-- Written by ingest/pipeline.ts in the same flush as the hops, read by ingest/sql/refs_by_value.sql.
--
-- Grain     one row per (key or carrier, day, locality); a set, so telling it twice changes nothing.
-- Sort key  the value first: one keyed read answers "any id of any kind".
-- Retention by month, with the hops.
-- Granules  of 256 rows: an order is a few rows in a few places, and all that lies around each is read with it.
-- Formerly  e98a80f579082a2a537700d0c88c9f2fba572ea9dd79155f4e137285a798d07e
--           with granules of 1,024 rows. A table that was made with them keeps them.
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
SETTINGS index_granularity = 256, min_compress_block_size = 8192, max_compress_block_size = 65536, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
