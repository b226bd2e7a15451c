-- refs: where to look. "On this day, hops of this locality carry this key, link, message or trace."
-- Written by ingest/pipeline.ts in the same flush as the hops, read by ingest/sql/refs_by_value.sql.
--
-- Grain     one row per (key or carrier, day, locality); a set, so telling it twice changes nothing.
-- Since     the segment of the journal that told of it first, 0 when nobody knows: what a start finds in its own journal
--           it need not ask the store about. Numbers of several journals on one store mean nothing to each other.
-- Sort key  the value first: one keyed read answers "any id of any kind".
-- Retention by month, with the hops.
-- Granules  of 256 rows: an order is a few rows in a few places, and all that lies around each is read with it.
CREATE TABLE IF NOT EXISTS refs
(
    tenant   LowCardinality(String),
    value    String CODEC(ZSTD(1)),
    kind     LowCardinality(String),
    day      Date,
    locality UInt64 CODEC(ZSTD(1)),
    since    SimpleAggregateFunction(min, UInt32) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, value, kind, day, locality)
SETTINGS index_granularity = 256, min_compress_block_size = 8192, max_compress_block_size = 65536, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
