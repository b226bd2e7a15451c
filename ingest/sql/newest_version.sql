-- newest_version: the largest version of any journey row.
--
-- Row      one; 0 when there are no rows.
-- Window   all journeys of all tenants.
-- Reads    one column of journeys, whole; asked once per process.
-- Trap     may lie ahead of the clock, when that was set back since.
SELECT max(version) AS version
FROM journeys
