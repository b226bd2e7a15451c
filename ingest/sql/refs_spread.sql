-- refs_spread: about how many refs are there, over which values, and what is the last segment of a journal that told of any?
--
-- Row      one; `sample` in order, about as many refs between one value and the next.
-- Window   all refs; a ref that is not merged yet counts more than once.
-- Reads    two columns of refs, all of it.
-- Trap     the count is an upper bound, to size memory by. A value that many refs have may be in the sample more than once.
SELECT
    count()                                     AS refs,
    max(since)                                  AS newest,
    arraySort(groupArraySample(4096, 1)(value)) AS sample
FROM refs
