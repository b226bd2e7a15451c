-- journeys_list: which journeys are there, newest first?
--
-- Row      one per journey, as last folded, by start; `current` is its state at now_ns, `overdue` read off the clock.
-- Window   started in [since_ns, until_ns); nanoseconds since 1970 UTC, like the cursor's before_ns.
-- Reads    journeys FINAL, pruned by its key (tenant, definition) when a definition is given.
-- Trap     filter after FINAL, never before: an older row of a journey must not answer for it. An empty text filters
--          nothing; `step` finds journeys that wait for the step or failed at it.
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
FROM journeys FINAL
WHERE tenant = {tenant:String}
  AND ({definition:String} = '' OR definition = {definition:String})
  AND state != 'merged'
  AND ({state:String} = '' OR current = {state:String})
  AND ({step:String} = '' OR next_step = {step:String} OR failed_step = {step:String})
  AND started_ns >= {since_ns:Int64}
  AND started_ns < {until_ns:Int64}
  AND arrayAll((name, wanted) -> tags[name] = wanted, {wanted_names:Array(String)}, {wanted_values:Array(String)})
  AND (
      started_ns < {before_ns:Int64}
      OR (started_ns = {before_ns:Int64}
          AND (definition, subject_kind, subject) > ({after_definition:String}, {after_kind:String}, {after_subject:String}))
  )
ORDER BY started_at DESC, definition, subject_kind, subject
LIMIT {limit:UInt32}
