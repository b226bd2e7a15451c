-- writers_before: whoever filled this store before processes announced themselves counts as one that did, long ago.
--
-- Grain     one row in writers, if there are refs; none in a new store. Written again, it is one stranger more: harmless.
INSERT INTO writers (folder, process, at, leaves)
SELECT '', 'before', toDateTime64(0, 6, 'UTC'), true
FROM refs
LIMIT 1
