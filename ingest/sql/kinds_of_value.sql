-- kinds_of_value: under which of these kinds is this value known?
--
-- Row      one per kind of key or carrier, in alphabetical order.
-- Window   all days.
-- Reads    refs only, pruned by its key (tenant, value, kind).
-- Trap     carriers have kinds too; they start with `@`.
SELECT DISTINCT kind
FROM refs
WHERE tenant = {tenant:String} AND value = {value:String} AND kind IN {kinds:Array(String)}
ORDER BY kind
