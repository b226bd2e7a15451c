-- success_ratio: the share of good journeys among those that counted, as the SLOs count them.
--
-- Row      one per bucket and definition that has a journey counted in it: time, definition, success_ratio in [0, 1].
-- Window   the dashboard's, by the moment a journey counted: its end, or the deadline that it missed.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     a bucket in which nothing counted has no row: no traffic is not good traffic.
WITH
    if(state = 'open', deadline, assumeNotNull(counted_at)) AS counted,
    verdict = 'good' AS good,
    if(state = 'open', deadline < now64(9), verdict = 'bad') AS bad
SELECT
    $__timeInterval(counted) AS time,
    definition,
    countIf(good) / countIf(good OR bad) AS success_ratio
FROM journeys FINAL
WHERE state != 'merged'
    AND (good OR bad)
    AND $__timeFilter_ms(counted)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY time, definition
ORDER BY time, definition
