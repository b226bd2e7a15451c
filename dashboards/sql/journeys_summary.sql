-- journeys_summary: how the journeys that started in the window stand now.
--
-- Row      exactly one; each column is a number on the panel.
-- Window   the dashboard's, by start.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     an open journey past its deadline is overdue; no row says so, the clock does.
SELECT
    count() AS started,
    countIf(state = 'succeeded') AS succeeded,
    countIf(state = 'failed') AS failed,
    countIf(state = 'compensated') AS compensated,
    countIf(state = 'open' AND deadline >= now64(9)) AS open,
    countIf(state = 'open' AND deadline < now64(9)) AS overdue,
    countIf(late) AS late,
    countIf(recovered) AS recovered
FROM journeys FINAL
WHERE state != 'merged'
    AND $__timeFilter_ms(started_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
