-- names_count: about how many names would be read at a start?
--
-- Row      one.
-- Window   all refs and journeys; one that is not merged yet counts more than once.
-- Reads    nothing: the counts are noted with the parts.
-- Trap     an upper bound, to decide whether they can be read at all.
SELECT (SELECT count() FROM refs) + (SELECT count() FROM journeys) AS names
