-- dead_letters.headers: what has to be known beside the bytes to read a letter again, as a JSON object: the `ce-*` and
-- trace headers of a CloudEvent, the content encoding of a whole body. Written by ingest/letters.ts, read by
-- query/sql/dead_letters_whole.sql. `bytes` holds a body of its own since then: the record with its resource and scope.
--
-- Grain     as before: one row per refused record.
-- Sort key  as before.
-- Retention as before.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS headers String DEFAULT '{}' CODEC(ZSTD(1))
