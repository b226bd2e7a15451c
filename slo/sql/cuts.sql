-- cuts: how many rows has a definition, and where can its journeys be cut into parts of about the same size?
--
-- Row      one: how many rows, and up to a thousand of their subjects by chance, in order.
-- Window   all time.
-- Reads    one column of journeys, pruned by (tenant, definition).
-- Trap     rows, not journeys; a subject may be drawn more than once.
SELECT
    toUInt32(count())                             AS rows,
    arraySort(groupArraySample(1000, 1)(subject)) AS sample
FROM journeys
WHERE tenant = {tenant:String} AND definition = {definition:String}
