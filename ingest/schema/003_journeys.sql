-- journeys: the last known fold of every journey, for lists, SLOs and dashboards; the answer itself is folded from hops.
-- Written by ingest/pipeline.ts when a journey's state changes, read by query/sql and slo/sql.
--
-- Grain     one row per (definition, subject) and version; the largest version wins, whoever wrote it. A version is the
--           moment at which the facts were read, in microseconds, so whoever read last has seen most (docs/adr/0004).
-- Sort key  only what never changes about a journey. Read with LIMIT 1 BY, newest first.
-- State     `merged`: a provisional subject that turned out to belong to another, named in `merged_into`.
--           `overdue` is never stored: an open row whose deadline has passed.
-- Retention by month of the fold, whole partitions; journeys outlive their hops. The newest row of a journey is in the
--           newest of its partitions, so dropping an old one never lets an older row speak (docs/adr/0006).
CREATE TABLE IF NOT EXISTS journeys
(
    tenant             LowCardinality(String),
    definition         LowCardinality(String),
    subject_kind       LowCardinality(String),
    subject            String                 CODEC(ZSTD(1)),
    version            UInt64                 CODEC(Delta(8), ZSTD(1)),
    definition_version LowCardinality(String),
    owner              LowCardinality(String),
    state              Enum8('open' = 1, 'succeeded' = 2, 'failed' = 3, 'compensated' = 4, 'merged' = 5),
    started_at         DateTime64(9, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    ended_at           Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    deadline           DateTime64(9, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    late               Bool,
    recovered          Bool,
    reason             String                 CODEC(ZSTD(1)),
    failed_step        LowCardinality(String),
    next_step          LowCardinality(String),
    next_due           Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    next_owner         LowCardinality(String),
    verdict            Enum8('none' = 0, 'good' = 1, 'bad' = 2, 'excluded' = 3),
    counted_at         Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    step_names         Array(LowCardinality(String)),
    step_at            Array(Nullable(DateTime64(9, 'UTC'))) CODEC(ZSTD(1)),
    tags               Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    merged_into        String,
    folded_at          DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(folded_at)
ORDER BY (tenant, definition, subject_kind, subject)
SETTINGS index_granularity = 1024, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
