-- any_elder: is there any journey that began before a moment?
--
-- Row      one if there is, else none.
-- Window   rows of any version, of all tenants.
-- Reads    journeys, two narrow columns; to their end only where there is none.
-- Trap     a yes may be a row that a later one has replaced. Closing rows have no start, which is 1970.
SELECT 1 AS found
FROM journeys
WHERE state != 'merged' AND started_at < fromUnixTimestamp64Nano({before_ns:Int64})
LIMIT 1
