-- window_counts: how the journeys of one definition came out, in windows that all end at the watermark.
--
-- Row      one per window, shortest first, counts cumulative; the first, [watermark, now), counts nothing but in_flight.
--          A window in which no journey ended beyond the one before has no row: it equals that one.
-- Window   [from_ms, watermark_ms), epoch milliseconds UTC; {from_ms} ascending, the watermark its last element.
-- Counts   a verdict counts at counted_at, an open journey as bad at its deadline. Merged and excluded ones never.
-- Reads    journeys, pruned by (tenant, definition). FINAL keeps the row with the most facts: measured on 2 M rows,
--          half of them superseded, it takes half the time of LIMIT 1 BY.
-- Trap     how long a journey took is asked of the good ones only: fast failures must not improve it.
SELECT
    from_ms,
    sum(good_here)                             OVER nested AS good,
    sum(bad_here)                              OVER nested AS bad,
    sumForEach(within_here)                    OVER nested AS within,
    quantileDDMerge(0.01, 0.99)(took_ms_here)  OVER nested AS took_ms_p99,
    sum(in_flight_here)                        OVER ()     AS in_flight
FROM
(
    SELECT
        roundDown(at_ms, {from_ms:Array(Int64)}) AS from_ms,
        countIf(settled AND side = 'good')       AS good_here,
        countIf(settled AND side = 'bad')        AS bad_here,
        countIf(open AND NOT settled)            AS in_flight_here,
        sumForEach(arrayMap(threshold_ms -> toUInt64(settled AND side = 'good' AND took_ms <= threshold_ms),
                            {thresholds_ms:Array(Int64)}))                         AS within_here,
        quantileDDStateIf(0.01, 0.99)(took_ms, settled AND side = 'good')          AS took_ms_here
    FROM
    (
        SELECT
            state = 'open'                                                         AS open,
            toUnixTimestamp64Milli(if(open, deadline, assumeNotNull(counted_at)))  AS at_ms,
            at_ms < {watermark_ms:Int64}                                           AS settled,
            if(open, 'bad', toString(verdict))                                     AS side,
            greatest(0, toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at)) / 1e6 AS took_ms
        FROM journeys FINAL
        WHERE tenant = {tenant:String} AND definition = {definition:String} AND state != 'merged'
    )
    WHERE at_ms >= {from_ms:Array(Int64)}[1]
    GROUP BY from_ms
)
WINDOW nested AS (ORDER BY from_ms DESC)
ORDER BY from_ms DESC
