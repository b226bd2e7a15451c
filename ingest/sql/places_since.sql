-- places_since: where are hops of these days kept? In order of day and locality, to be gone through piece by piece.
--
-- Row      one per place.
-- Window   hops that happened on since_day or later, days since 1970 UTC; places behind (after_day, after_locality).
-- Reads    hops, two columns of its key, whole days pruned.
-- Trap     a place of a busy key or a long trace may hold very many hops.
SELECT
    toUInt16(toDate(at)) AS day_number,
    locality
FROM hops
WHERE tenant = {tenant:String}
  AND toDate(at) >= toDate({since_day:UInt16})
  AND (toUInt16(toDate(at)), locality) > ({after_day:UInt16}, {after_locality:UInt64})
GROUP BY day_number, locality
ORDER BY day_number, locality
LIMIT {limit:UInt32}
