-- annotations: what did somebody say happened in this time?
--
-- Row      one per annotation, in order of time, at most 1,000.
-- Window   those that lie in, or reach into, [from_ms, to_ms); epoch milliseconds UTC. A definition's, and everybody's.
-- Reads    annotations by its key (tenant, time).
-- Trap     '' as {definition} asks for those of all definitions.
SELECT
    id,
    toUnixTimestamp64Milli(at)                       AS at_ms,
    if(until IS NULL, NULL, toUnixTimestamp64Milli(assumeNotNull(until))) AS until_ms,
    kind,
    text,
    author,
    definition,
    link
FROM annotations FINAL
WHERE tenant = {tenant:String}
  AND at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ifNull(until, at) >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND ({definition:String} = '' OR definition IN ('', {definition:String}))
ORDER BY at, id
LIMIT 1000
