-- refs_by_value: where do hops carry any of these values?
--
-- Row      one per ref and place, or several until they are merged, in any order and of any kind; `day` in days since
--          1970-01-01.
-- Window   all days: an order is asked for without a time range.
-- Reads    refs only, pruned by its key (tenant, value).
-- Trap     with `most` rows there may be more: then refs_newest.sql says which count. Grouping, sorting and bounding each
--          ref in every question would cost as much as reading the few rows there mostly are; looking for kinds as
--          well costs a tenth more than leaving out the few that were not meant.
SELECT
    kind,
    value,
    toUInt16(day) AS day_number,
    locality
FROM refs
WHERE tenant = {tenant:String}
  AND value IN {values:Array(String)}
LIMIT {most:UInt32}
