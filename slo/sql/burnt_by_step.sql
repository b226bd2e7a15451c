-- burnt_by_step: at which steps the journeys of one definition spent an objective's budget, and the latest three there.
--
-- Row      one per failed or missing step, most failures first; step '' when no single step was to blame.
-- Window   [from_ms, watermark_ms), epoch milliseconds UTC; counts as window_counts.sql does.
-- Counts   bad journeys, or with {threshold_ms} from 0 up the good ones that took longer than that.
-- Reads    journeys, pruned by (tenant, definition).
-- Trap     `latest` holds tuples (at_ms, kind, id), newest first.
SELECT
    step,
    count() AS bad,
    arrayMap(one -> (-one.1, one.2, one.3), groupArraySorted(3)((-at_ms, subject_kind, subject))) AS latest
FROM
(
    SELECT
        state = 'open'                                                         AS open,
        toUnixTimestamp64Milli(if(open, deadline, assumeNotNull(counted_at)))  AS at_ms,
        if(open, next_step, failed_step)                                       AS step,
        if(open, 'bad', toString(verdict))                                     AS side,
        greatest(0, toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at)) / 1e6 AS took_ms,
        subject_kind,
        subject
    FROM journeys FINAL
    WHERE tenant = {tenant:String} AND definition = {definition:String} AND state != 'merged'
)
WHERE at_ms >= {from_ms:Int64} AND at_ms < {watermark_ms:Int64}
  AND if({threshold_ms:Int64} < 0, side = 'bad', side = 'good' AND took_ms > {threshold_ms:Int64})
GROUP BY step
ORDER BY bad DESC, step
