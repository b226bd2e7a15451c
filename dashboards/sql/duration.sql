-- duration: how long successful journeys took.
--
-- Row      one per bucket and definition: time, definition, p50 and p99 in seconds.
-- Window   the dashboard's, by end.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     a p99 of fewer than a hundred journeys is their slowest one; nothing is decided on it. Clocks that run
--          backwards count as zero.
WITH greatest(dateDiff('nanosecond', started_at, assumeNotNull(ended_at)), 0) / 1e9 AS duration_seconds
SELECT
    $__timeInterval(assumeNotNull(ended_at)) AS time,
    definition,
    quantile(0.5)(duration_seconds) AS p50,
    quantile(0.99)(duration_seconds) AS p99
FROM journeys FINAL
WHERE state = 'succeeded'
    AND $__timeFilter_ms(ended_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY time, definition
ORDER BY time, definition
