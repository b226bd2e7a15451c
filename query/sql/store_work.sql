-- store_work: how many rows has the engine inserted, and how many has it merged?
--
-- Row      one: totals since the engine started.
-- Window   the life of the engine, all databases.
-- Reads    system.events, which is in memory.
-- Trap     an event that never happened has no row; it counts as 0 here.
SELECT
    sumIf(value, event = 'InsertedRows') AS inserted_rows,
    sumIf(value, event = 'MergedRows')   AS merged_rows
FROM system.events
