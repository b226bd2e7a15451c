-- changed: whose journeys have a row of that version or above?
--
-- Row      one per journey, with its newest version; at most {most}.
-- Window   versions from {since_us}: microseconds of the store's clock.
-- Reads    one column of journeys whole, and the keys of what it finds.
-- Trap     a row may become visible some time after its version was taken: ask again for a little of the past.
SELECT definition, subject_kind, subject, toString(max(version)) AS newest
FROM journeys
WHERE tenant = {tenant:String} AND version >= {since_us:UInt64}
GROUP BY definition, subject_kind, subject
LIMIT {most:UInt32}
