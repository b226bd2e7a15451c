-- dead_letter_acts: what was done about dead letters: replayed, tried again in vain, discarded. Append-only: a letter is
-- as its last act says, and new without any. Written by ingest/letter_acts.ts, read by query/sql/dead_letters*.sql.
--
-- Grain     one row per letter and moment; a set, so telling it twice changes nothing.
-- Sort key  by letter, to be joined to dead_letters.
-- Retention by the day the letter was received on, whole partitions, so that both go together.
CREATE TABLE IF NOT EXISTS dead_letter_acts
(
    tenant      LowCardinality(String),
    id          FixedString(16),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    act         LowCardinality(String),
    text        String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(received_at)
ORDER BY (tenant, id, at, act)
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
