-- burnt_by_step: which definitions and steps the spent error budget went to.
--
-- Row      one per definition and step, the costliest first, at most 50.
-- Window   the dashboard's, by the moment a journey counted: its end, or the deadline that it missed.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     bad by the success objective only; a slow success is bad for a latency objective and not in here.
WITH
    if(state = 'open', deadline, assumeNotNull(counted_at)) AS counted,
    if(state = 'open', deadline < now64(9), verdict = 'bad') AS bad
SELECT
    definition,
    multiIf(failed_step != '', failed_step, next_step != '', next_step, late, '(late)', '(none)') AS step,
    count() AS bad_journeys,
    bad_journeys / sum(bad_journeys) OVER (PARTITION BY definition) AS share_ratio
FROM journeys FINAL
WHERE state != 'merged'
    AND bad
    AND $__timeFilter_ms(counted)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
GROUP BY definition, step
ORDER BY bad_journeys DESC, definition, step
LIMIT 50
