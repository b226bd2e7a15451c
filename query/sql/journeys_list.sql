-- journeys_list: which of these journeys, as last folded, belong on a list?
--
-- Row      one per journey that fits, in no order; `current` is its state at now_ns, `overdue` read off the clock.
-- Window   the journeys given, by what goes together at one place of `definitions`, `kinds` and `ids`; versions from
--          {version}: the smallest that was found of any of them.
-- Reads    journeys, pruned by its key (tenant, definition, subject_kind, subject) and by version.
-- Trap     the newest row is chosen before it is asked whether it fits (journeys_found.sql asks the same of any row).
SELECT
    definition,
    owner,
    subject_kind,
    subject,
    if(state = 'open' AND toUnixTimestamp64Nano(deadline) < {now_ns:Int64}, 'overdue', toString(state)) AS current,
    toUnixTimestamp64Nano(started_at) AS started_ns,
    toUnixTimestamp64Nano(ended_at)   AS ended_ns,
    toUnixTimestamp64Nano(deadline)   AS deadline_ns,
    late,
    recovered,
    reason,
    failed_step,
    next_step,
    toUnixTimestamp64Nano(next_due)   AS next_due_ns,
    next_owner,
    mapKeys(tags)                     AS tag_names,
    mapValues(tags)                   AS tag_values
FROM
(
    SELECT *
    FROM journeys
    WHERE tenant = {tenant:String}
      AND (definition, subject_kind, subject)
          IN arrayZip({definitions:Array(String)}, {kinds:Array(String)}, {ids:Array(String)})
      AND version >= {version:UInt64}
    ORDER BY version DESC
    LIMIT 1 BY definition, subject_kind, subject
)
WHERE state != 'merged'
  AND ({state:String} = '' OR current = {state:String})
  AND ({step:String} = '' OR next_step = {step:String} OR failed_step = {step:String})
  AND arrayAll((name, wanted) -> tags[name] = wanted, {wanted_names:Array(String)}, {wanted_values:Array(String)})
