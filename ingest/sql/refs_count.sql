-- refs_count: about how many refs are there?
--
-- Row      one.
-- Window   all refs; a ref that is not merged yet counts more than once.
-- Reads    nothing: the count is noted with the parts.
-- Trap     an upper bound, to decide whether they can be read at all.
SELECT count() AS refs
FROM refs
