-- hops: every observed fact, as it was told. Written by ingest/pipeline.ts, read by ingest/sql/hops_*.sql and Grafana.
--
-- Grain     one row per version of a fact; the same version told twice collapses in a merge, readers drop it before.
-- Sort key  locality first: the hops of a trace (or of a trace-less key) lie side by side, which halves the disk and
--           makes the lookup one granule. Only immutable facts are in it (docs/adr/0003).
-- Retention by day, whole partitions.
-- Settings  after a power cut parts that were not on disk yet are broken, and however many they are, the journal has
--           what was in them: they must not keep the table from opening. What a merge made is synced: what it was
--           made from may be removed right after. So in every table.
-- Granules  of 256 rows: an order is a few rows in a few places, and all that lies around each is read with it.
-- Texts     attributes are packed harder than the rest: a tenth less of the whole table for a twentieth more work at the
--           ingest; no lookup notices. Of resources there are few: by their numbers they take a byte a span instead of
--           seven, and less to write and to read.
-- Formerly  04cff58a2fec64b052427f1cd6250274667419447d5caf2bb630f70e15378da6
--           with granules of 1,024 rows.
-- Formerly  3eb20bec1e35ead661f5c687ff82c9965a275083369d9149a4294a9dddcad6b2
--           with resources as text and attributes packed lightly. A table stays as it was made.
CREATE TABLE IF NOT EXISTS hops
(
    tenant             LowCardinality(String),
    locality           UInt64,
    at                 DateTime64(9, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    kind               Enum8('span' = 1, 'log' = 2, 'cloudevent' = 3),
    trace_id           FixedString(16)        CODEC(ZSTD(1)),
    span_id            FixedString(8)         CODEC(NONE),
    parent_id          FixedString(8)         CODEC(ZSTD(1)),
    fact_id            FixedString(16)        CODEC(ZSTD(1)),
    digest             UInt32                 CODEC(NONE),
    duration           Int64                  CODEC(T64, ZSTD(1)),
    received_at        DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    service            LowCardinality(String) CODEC(ZSTD(1)),
    name               LowCardinality(String) CODEC(ZSTD(1)),
    span_kind          Enum8('internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5),
    status             Enum8('unset' = 0, 'ok' = 1, 'error' = 2),
    severity           UInt8,
    message            String                 CODEC(ZSTD(1)),
    body               String                 CODEC(ZSTD(1)),
    trace_state        String                 CODEC(ZSTD(1)),
    attributes         Map(LowCardinality(String), String) CODEC(ZSTD(6)),
    resource           Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    scope_name         LowCardinality(String) CODEC(ZSTD(1)),
    scope_version      LowCardinality(String) CODEC(ZSTD(1)),
    event_at           Array(DateTime64(9, 'UTC'))         CODEC(ZSTD(1)),
    event_name         Array(LowCardinality(String))       CODEC(ZSTD(1)),
    event_attributes   Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    link_trace_id      Array(FixedString(16))              CODEC(ZSTD(1)),
    link_span_id       Array(FixedString(8))               CODEC(ZSTD(1)),
    link_attributes    Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    dropped_links      UInt32,
    dropped_events     UInt32,
    dropped_attributes UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (tenant, locality, at, trace_id, span_id, fact_id, digest)
SETTINGS index_granularity = 256, min_compress_block_size = 8192, max_compress_block_size = 65536, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
