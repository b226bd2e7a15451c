-- refs_newest: the newest places where hops carry any of these keys or carriers.
--
-- Row      one per ref and place, newest day first; `day` in days since 1970-01-01.
-- Window   all days: an order is asked for without a time range.
-- Reads    refs only, pruned by its key (tenant, value, kind). Asked when refs_by_value.sql found too many.
-- Trap     `each` bounds the places of one ref, so that a batch with a million places leaves room for its neighbours.
SELECT
    kind,
    value,
    toUInt16(day) AS day_number,
    locality
FROM refs
WHERE tenant = {tenant:String}
  AND (value, kind) IN arrayZip({values:Array(String)}, {kinds:Array(String)})
GROUP BY kind, value, day, locality
ORDER BY kind, value, day DESC, locality
LIMIT {each:UInt32} BY kind, value
