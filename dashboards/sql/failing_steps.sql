-- failing_steps: where journeys fail or hang, and the newest one to look at.
--
-- Row      one per definition and step that failed or is missing, the worst first, at most 50.
-- Window   the dashboard's, by start.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     reasons may hold ids and so differ each time: the one shown is the most common, not the only one.
SELECT
    definition,
    if(failed_step = '', next_step, failed_step) AS step,
    countIf(state = 'failed') AS failed,
    countIf(state = 'open') AS overdue,
    topKIf(1)(reason, reason != '')[1] AS common_reason,
    argMax(subject, started_at) AS newest,
    argMax(subject_kind, started_at) AS newest_kind
FROM journeys FINAL
WHERE (state = 'failed' OR (state = 'open' AND deadline < now64(9)))
    AND $__timeFilter_ms(started_at)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY definition, step
ORDER BY failed + overdue DESC, definition, step
LIMIT 50
