-- places_of_logs: at which of these places does each log record lie that is in no trace?
--
-- Row      one per record and place; a record that was told under two declarations of keys lies at two.
-- Window   the days given, paired with the localities: the first locality on the first day, and so on.
-- Reads    hops, its key and two columns: the pairs prune partitions by day, then its key (tenant, locality).
-- Trap     all others lie where their ids say, so they are left out. Ids in capitals.
SELECT
    hex(fact_id)           AS fact,
    toUInt16(toDate(at))   AS day_number,
    locality
FROM hops
WHERE tenant = {tenant:String}
  AND (locality, toUInt16(toDate(at))) IN arrayZip({localities:Array(UInt64)}, {days:Array(UInt16)})
  AND kind = 'log'
  AND trace_id = toFixedString('', 16)
GROUP BY fact, day_number, locality
