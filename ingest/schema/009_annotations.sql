-- annotations: what somebody said happened: a deploy, an incident. Written by slo/annotations.ts, read for charts.
--
-- Grain     one row per annotation; sent again it is the same row.
-- Sort key  by time, for they are read by time.
-- Retention none: there are as many as people and pipelines care to write.
CREATE TABLE IF NOT EXISTS annotations
(
    tenant     LowCardinality(String),
    at         DateTime64(3, 'UTC'),
    id         String,
    until      Nullable(DateTime64(3, 'UTC')),
    kind       LowCardinality(String),
    text       String CODEC(ZSTD(1)),
    author     String,
    definition LowCardinality(String),
    link       String,
    noted_at   DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(noted_at)
ORDER BY (tenant, at, id)
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
