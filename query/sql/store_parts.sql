-- store_parts: how large is each table, and in how many parts does it lie?
--
-- Row      one per table that holds anything, in alphabetical order; bytes on disk, indexes included.
-- Window   now; parts that a merge has replaced do not count.
-- Reads    system.parts, which is in memory.
-- Trap     rows are versions: what a merge will collapse is still counted.
SELECT
    table,
    count()            AS parts,
    sum(rows)          AS stored_rows,
    sum(bytes_on_disk) AS bytes
FROM system.parts
WHERE database = currentDatabase() AND active
GROUP BY table
ORDER BY table
