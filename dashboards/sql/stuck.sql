-- stuck: open journeys whose next step or deadline is past due, and who owns what they wait for.
--
-- Row      one per journey, the longest overdue first, at most 200.
-- Window   the dashboard's, by the moment the step was due: what got stuck in it and still is.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     a step can be overdue while the journey as a whole still has time.
WITH least(ifNull(next_due, deadline), deadline) AS due
SELECT
    subject,
    subject_kind,
    definition,
    next_step,
    if(next_owner = '', owner, next_owner) AS step_owner,
    due AS due_at,
    dateDiff('second', due, now64(9)) AS overdue_seconds
FROM journeys FINAL
WHERE state = 'open'
    AND due < now64(9)
    AND $__timeFilter_ms(due)
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
ORDER BY due
LIMIT 200
