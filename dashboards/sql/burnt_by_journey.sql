-- burnt_by_journey: the journeys that spent the error budget, newest first.
--
-- Row      one per bad journey, at most 200.
-- Window   the dashboard's, by the moment a journey counted: its end, or the deadline that it missed.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     bad by the success objective only; a slow success is bad for a latency objective and not in here.
WITH
    if(state = 'open', deadline, assumeNotNull(counted_at)) AS counted,
    if(state = 'open', deadline < now64(9), verdict = 'bad') AS bad
SELECT
    counted AS missed_at,
    subject,
    subject_kind,
    definition,
    if(state = 'open', 'overdue', toString(state)) AS state_now,
    if(failed_step = '', next_step, failed_step) AS step,
    reason
FROM journeys FINAL
WHERE state != 'merged'
    AND bad
    AND $__timeFilter_ms(counted)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
ORDER BY counted DESC
LIMIT 200
