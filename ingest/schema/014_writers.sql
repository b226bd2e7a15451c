-- writers: which processes write to this store, as they said themselves. Append-only. Written by ingest/writers.ts, read
-- by ingest/sql/writers_beside.sql. On the embedded engine nobody writes it: there is one process.
--
-- Grain     one row per process and announcement: before its first write, again from time to time, and one that `leaves`
--           after its last.
-- Sort key  by moment; all of it is read, and it stays small: a few rows per process and day.
-- Retention none: that there was never another announcement has to stay true.
CREATE TABLE IF NOT EXISTS writers
(
    folder  String,
    process String,
    at      DateTime64(6, 'UTC'),
    leaves  Bool
)
ENGINE = MergeTree
ORDER BY at
SETTINGS max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1
