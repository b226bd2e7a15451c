-- changed: whose journeys have a row of that version or above?
--
-- Row      four lists of at most a thousand journeys with their newest version; the same place in each belongs together.
--          At most {most} journeys in all; none changed, no row.
-- Window   versions from {since_us}: microseconds of the store's clock.
-- Reads    one column of journeys whole, and the keys of what it finds.
-- Trap     a row may become visible some time after its version was taken: ask again for a little of the past.
SELECT
    groupArray(definition)      AS definitions,
    groupArray(subject_kind)    AS kinds,
    groupArray(subject)         AS ids,
    groupArray(toFloat64(newest)) AS versions
FROM
(
    SELECT *, rowNumberInAllBlocks() AS place
    FROM
    (
        SELECT definition, subject_kind, subject, max(version) AS newest
        FROM journeys
        WHERE tenant = {tenant:String} AND version >= {since_us:UInt64}
        GROUP BY definition, subject_kind, subject
        LIMIT {most:UInt32}
    )
)
GROUP BY intDiv(place, 1000)
