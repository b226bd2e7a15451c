-- recent: how many rows of a definition are new, and how many journeys count late?
--
-- Row      one.
-- Window   versions from {version}; counted, or due, from {from_ms}, epoch milliseconds UTC.
-- Reads    three columns of journeys, pruned by (tenant, definition).
-- Trap     rows, not journeys: an upper bound, to know beforehand how many names a count would bring.
SELECT
    toUInt32(countIf(version >= {version:UInt64}))                                                    AS fresh,
    toUInt32(countIf(ifNull(counted_at, deadline) >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))) AS late
FROM journeys
WHERE tenant = {tenant:String} AND definition = {definition:String}
