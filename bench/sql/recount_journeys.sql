-- recount_journeys: how many journeys of orders are in each state, and how many reached every step?
--
-- Row      one per state of the newest version of each journey.
-- Window   all time; subjects that begin with `prefix`.
-- Reads    journeys FINAL, by its key (tenant, definition, subject_kind): a check after a run.
-- Trap     provisional journeys have another kind of subject and are not counted.
SELECT
    toString(state)                                  AS current,
    count()                                          AS journeys,
    countIf(arrayAll(at -> at IS NOT NULL, step_at)) AS complete
FROM journeys FINAL
WHERE tenant = 'default' AND definition = {definition:String} AND subject_kind = 'order.id'
  AND startsWith(subject, {prefix:String})
GROUP BY current
ORDER BY current
