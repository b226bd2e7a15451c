-- journeys_by_state: when journeys started, and where they stand now.
--
-- Row      one per bucket in which any started: time, and a count for each state.
-- Window   the dashboard's, by start.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     the newest buckets are always mostly open: they have not had their time yet.
SELECT
    $__timeInterval(started_at) AS time,
    countIf(state = 'succeeded') AS succeeded,
    countIf(state = 'open' AND deadline >= now64(9)) AS open,
    countIf(state = 'open' AND deadline < now64(9)) AS overdue,
    countIf(state = 'failed') AS failed,
    countIf(state = 'compensated') AS compensated
FROM journeys FINAL
WHERE state != 'merged'
    AND $__timeFilter_ms(started_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY time
ORDER BY time
