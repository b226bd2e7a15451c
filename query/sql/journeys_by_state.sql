-- journeys_by_state: how many journeys are in each state now?
--
-- Row      one per state that has any, in alphabetical order; `overdue` is read off the clock at now_ns. `stuck` are
--          those of them whose next step was due before now_ns.
-- Window   all journeys that are kept.
-- Reads    journeys FINAL, pruned by its key (tenant); the narrow columns only.
-- Trap     provisional journeys that moved into another (`merged`) are no journeys.
SELECT
    if(state = 'open' AND toUnixTimestamp64Nano(deadline) < {now_ns:Int64}, 'overdue', toString(state)) AS current,
    count() AS journeys,
    countIf(toUnixTimestamp64Nano(next_due) < {now_ns:Int64}) AS stuck
FROM journeys FINAL
WHERE tenant = {tenant:String} AND state != 'merged'
GROUP BY current
ORDER BY current
