-- elder_rows: which journeys of these subjects began before a moment, and what do their rows say?
--
-- Row      one per journey that is stored, as last folded; provisional ones that moved into another are none.
-- Window   journeys that began before `before_ns`, of the subjects given; `kinds` and `ids` go in pairs.
-- Reads    journeys FINAL, pruned by its key (tenant, definition, subject kind, subject) per definition; all but the key
--          only of the rows that are meant.
-- Trap     the row with the largest version says when it began, so only then is that looked at.
SELECT
    definition,
    subject_kind,
    subject,
    toString(state)                                  AS stored_state,
    toUnixTimestamp64Nano(started_at)                AS started_ns,
    toUnixTimestamp64Nano(ended_at)                  AS ended_ns,
    toUnixTimestamp64Nano(deadline)                  AS deadline_ns,
    recovered,
    toUnixTimestamp64Nano(counted_at)                AS counted_ns,
    reason,
    failed_step,
    step_names,
    arrayMap(at -> toUnixTimestamp64Nano(at), step_at) AS step_ns,
    tags
FROM journeys FINAL
PREWHERE tenant = {tenant:String}
  AND definition IN {definitions:Array(String)}
  AND (subject_kind, subject) IN arrayZip({kinds:Array(String)}, {ids:Array(String)})
WHERE state != 'merged'
  AND started_at < fromUnixTimestamp64Nano({before_ns:Int64})
