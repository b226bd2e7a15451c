-- refs_count: about how many refs are there?
--
-- Row      one.
-- Window   all refs; a ref that is not merged yet counts more than once.
-- Reads    no data: parts know how many rows they have.
-- Trap     an upper bound, to size memory by.
SELECT count() AS refs
FROM refs
