-- definitions: the kinds of journey to choose from.
--
-- Row      one per definition.
-- Window   none: the list must not shrink when the range does.
-- Reads    one column of journeys.
-- Trap     a definition that never had a journey is not listed.
SELECT DISTINCT definition
FROM journeys
ORDER BY definition
