-- recent: how many rows are new, and in which minutes do rows count?
--
-- Row      one: how many are new; and two lists in pairs, the last minute first, with how many rows count, or are due,
--          in each. Minutes since 1970 UTC; all from {to_minute} on are one.
-- Window   new are versions from {version}; minutes from {from_minute}.
-- Reads    three columns of journeys whole.
-- Trap     rows, not journeys: an upper bound, to know beforehand how many names a count would bring.
SELECT
    toUInt32(sum(new))                                   AS fresh,
    groupArrayIf(minute, minute >= {from_minute:UInt32}) AS minutes,
    groupArrayIf(n, minute >= {from_minute:UInt32})      AS counts
FROM
(
    SELECT
        toUInt32(least(intDiv(toUnixTimestamp64Milli(ifNull(counted_at, deadline)), 60000), {to_minute:UInt32})) AS minute,
        countIf(version >= {version:UInt64}) AS new,
        toUInt32(count())                    AS n
    FROM journeys
    WHERE tenant = {tenant:String}
    GROUP BY minute
    ORDER BY minute DESC
)
