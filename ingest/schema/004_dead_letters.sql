-- dead_letters: every refused record with its bytes and the reason. Written by ingest/pipeline.ts, read by
-- query/sql/dead_letters.sql. A to-do list: nothing here is in any journey.
--
-- Grain     one row per refused record; the same record refused twice in one delivery of a retry collapses.
-- Sort key  newest day first is a partition; within it by id.
-- Retention by day, whole partitions.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant       LowCardinality(String),
    id           FixedString(16),
    received_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    signal       LowCardinality(String),
    reason       LowCardinality(String),
    text         String CODEC(ZSTD(1)),
    position     String CODEC(ZSTD(1)),
    sender       String CODEC(ZSTD(1)),
    content_type LowCardinality(String),
    bytes        String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(received_at)
ORDER BY (tenant, id)
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
