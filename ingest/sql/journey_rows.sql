-- journey_rows: what is stored of these subjects' journeys?
--
-- Row      one per journey that is stored, as last folded; provisional ones that moved into another are none.
-- Window   the subjects given; `kinds` and `ids` go in pairs.
-- Reads    journeys FINAL, pruned by its key (tenant, definition, subject kind, subject) per definition.
-- Trap     `overdue` is not stored: it is an open row whose deadline has passed.
SELECT
    definition,
    subject_kind,
    subject,
    definition_version,
    toString(state)                    AS stored_state,
    toString(verdict)                  AS stored_verdict,
    owner,
    toUnixTimestamp64Nano(started_at)  AS started_ns,
    toUnixTimestamp64Nano(ended_at)    AS ended_ns,
    toUnixTimestamp64Nano(deadline)    AS deadline_ns,
    late,
    recovered,
    failed_step,
    next_step,
    toUnixTimestamp64Nano(next_due)    AS next_due_ns,
    next_owner,
    toUnixTimestamp64Nano(counted_at)  AS counted_ns,
    reason,
    step_names,
    arrayMap(reached -> toUnixTimestamp64Nano(reached), step_at) AS step_ns,
    tags
FROM journeys FINAL
WHERE tenant = {tenant:String}
  AND definition IN {definitions:Array(String)}
  AND (subject_kind, subject) IN arrayZip({kinds:Array(String)}, {ids:Array(String)})
  AND state != 'merged'
