-- second_thoughts: journeys that did not go straight to their end.
--
-- Row      one per bucket: time, and how many that ended in it were late, had recovered, or were compensated.
-- Window   the dashboard's, by end.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     one journey may be both late and recovered, and counts in both.
SELECT
    $__timeInterval(assumeNotNull(ended_at)) AS time,
    countIf(late) AS late,
    countIf(recovered) AS recovered,
    countIf(state = 'compensated') AS compensated
FROM journeys FINAL
WHERE state != 'merged'
    AND isNotNull(ended_at)
    AND $__timeFilter_ms(ended_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY time
ORDER BY time
