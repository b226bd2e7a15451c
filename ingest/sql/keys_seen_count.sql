-- keys_seen_count: about how many keys did hops of these days carry? For a progress bar.
--
-- Row      one.
-- Window   hops that happened on since_day or later, days since 1970 UTC; keys behind (after_value, after_kind).
-- Reads    refs only, pruned like keys_seen.
-- Trap     an estimate, within a few percent.
SELECT uniq(value, kind) AS keys_count
FROM refs
WHERE tenant = {tenant:String}
  AND day >= toDate({since_day:UInt16})
  AND kind IN {kinds:Array(String)}
  AND (value, kind) > ({after_value:String}, {after_kind:String})
