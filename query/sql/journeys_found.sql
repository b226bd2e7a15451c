-- journeys_found: which rows may belong on a list of journeys, newest start first?
--
-- Row      one per row that was ever written and fits; a journey may have several, or by now none that fits.
-- Window   started in [since_ns, until_ns); nanoseconds since 1970 UTC, like the cursor's before_ns.
-- Reads    narrow columns of journeys, pruned by its key (tenant, definition) when a definition is given. No FINAL:
--          that would bring together the versions of every journey that was ever stored, for a page of fifty.
-- Trap     an older row may fit where the newest does not: journeys_list.sql has the last word. An empty text filters
--          nothing; `step` finds journeys that wait for the step or failed at it.
SELECT
    definition,
    subject_kind,
    subject,
    version,
    toUnixTimestamp64Nano(started_at) AS started_ns
FROM journeys
WHERE tenant = {tenant:String}
  AND ({definition:String} = '' OR definition = {definition:String})
  AND state != 'merged'
  AND ({state:String} = '' OR if(state = 'open' AND toUnixTimestamp64Nano(deadline) < {now_ns:Int64}, 'overdue', toString(state)) = {state:String})
  AND ({step:String} = '' OR next_step = {step:String} OR failed_step = {step:String})
  AND started_ns >= {since_ns:Int64}
  AND started_ns < {until_ns:Int64}
  AND arrayAll((name, wanted) -> tags[name] = wanted, {wanted_names:Array(String)}, {wanted_values:Array(String)})
  AND (
      started_ns < {before_ns:Int64}
      OR (started_ns = {before_ns:Int64}
          AND (definition, subject_kind, subject) > ({after_definition:String}, {after_kind:String}, {after_subject:String}))
  )
ORDER BY started_at DESC, definition, subject_kind, subject, version DESC
LIMIT {limit:UInt32}
