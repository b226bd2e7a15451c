-- funnel_by_step: how many journeys reached each step, and how long after their start.
--
-- Row      one per definition and step, in step order; no rows when nothing started in the window.
-- Window   the dashboard's, by start.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     optional steps are in the funnel too: a step below its neighbours may be one that was skipped rightly.
SELECT
    definition,
    min(position) AS step_number,
    step,
    countIf(isNotNull(reached_at)) AS reached,
    reached / count() AS reached_ratio,
    quantileIf(0.5)(greatest(dateDiff('millisecond', started_at, reached_at), 0) / 1e3, isNotNull(reached_at)) AS typical_seconds
FROM journeys FINAL
ARRAY JOIN
    arrayEnumerate(step_names) AS position,
    step_names AS step,
    step_at AS reached_at
WHERE state != 'merged'
    AND $__timeFilter_ms(started_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY definition, step
ORDER BY definition, step_number
