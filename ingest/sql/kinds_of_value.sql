-- kinds_of_value: under which kinds is this value known?
--
-- Row      one per kind of key or carrier, in alphabetical order.
-- Window   all days.
-- Reads    refs only, pruned by its key (tenant, value).
-- Trap     carriers are among them, with kinds that start with `@`.
SELECT DISTINCT kind
FROM refs
WHERE tenant = {tenant:String} AND value = {value:String}
ORDER BY kind
