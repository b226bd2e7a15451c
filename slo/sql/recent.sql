-- recent: how many rows are new, and how many count late?
--
-- Row      one.
-- Window   versions from {version}; counted, or due, from {from_ms}, epoch milliseconds UTC.
-- Reads    three columns of journeys whole.
-- Trap     rows, not journeys: an upper bound, to know beforehand how many names a count would bring.
SELECT
    toUInt32(countIf(version >= {version:UInt64}))                                                    AS fresh,
    toUInt32(countIf(ifNull(counted_at, deadline) >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))) AS late
FROM journeys
WHERE tenant = {tenant:String}
