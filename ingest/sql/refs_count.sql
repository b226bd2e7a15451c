-- refs_count: about how many refs are there, and what is the last segment of a journal that told of any?
--
-- Row      one.
-- Window   all refs; a ref that is not merged yet counts more than once.
-- Reads    one narrow column of refs.
-- Trap     an upper bound, to size memory by.
SELECT count() AS refs, max(since) AS newest
FROM refs
