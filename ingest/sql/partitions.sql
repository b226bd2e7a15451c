-- partitions: which days or months a table has rows of, and which are past their time.
--
-- Row      one per partition of a table: its id as ClickHouse names it, `20261124` or `202611`.
-- Window   all of them.
-- Reads    system.parts of this database, in memory.
-- Trap     a table without partitions has one called `all`, which is no time.
SELECT table, partition_id
FROM system.parts
WHERE database = currentDatabase() AND active AND match(partition_id, '^[0-9]{6,8}$')
GROUP BY table, partition_id
ORDER BY table, partition_id
