-- keys_seen: which keys did hops of these days carry? In order of value, to be gone through piece by piece.
--
-- Row      one per key.
-- Window   hops that happened on since_day or later, days since 1970 UTC; keys behind (after_value, after_kind).
-- Reads    refs only, from its key (tenant, value) of the cursor on, pruned to the months of the window.
-- Trap     carriers (`@trace` and the like) are refs too: name the kinds.
SELECT
    value,
    kind
FROM refs
WHERE tenant = {tenant:String}
  AND day >= toDate({since_day:UInt16})
  AND kind IN {kinds:Array(String)}
  AND (value, kind) > ({after_value:String}, {after_kind:String})
GROUP BY value, kind
ORDER BY value, kind
LIMIT {limit:UInt32}
