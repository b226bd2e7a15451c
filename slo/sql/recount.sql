-- recount: what one objective's journeys come to, minute by minute, from the table alone.
--
-- Row      one: three lists in pairs, minutes in order with what counted good and bad in each.
-- Window   [from_ms, to_ms), epoch milliseconds UTC. An open journey has missed at its deadline. Of the subjects from
--          {first} to before {beyond}; '' is no bound.
-- Reads    the newest row of every journey of the definition. Slow, and meant to be: it proves what the ledger holds,
--          so it says in its own words what reading.ts and marks.ts say in theirs.
-- Trap     {kind} is success, latency or step; {limit_ns} is of no meaning to the first, {step} and the two after it only to
--          the last. {after} are the steps that it waits for, each with the optional ones in whose place it stands, a line
--          each: it matters when none of them was reached.
SELECT
    groupArray(minute) AS minutes,
    groupArray(good)   AS goods,
    groupArray(bad)    AS bads
FROM
(
    SELECT
        toUInt32(intDiv(at_ns, 60000000000)) AS minute,
        toUInt32(countIf(kept))              AS good,
        toUInt32(countIf(NOT kept))          AS bad
    FROM
    (
        SELECT
            toUnixTimestamp64Nano(started_at)                                       AS start_ns,
            toUnixTimestamp64Nano(deadline)                                         AS end_ns,
            ifNull(toUnixTimestamp64Nano(ended_at), 0)                              AS over_ns,
            mapFromArrays(step_names, arrayMap(at -> ifNull(toUnixTimestamp64Nano(at), 0), step_at)) AS reached,
            arrayFilter(path -> arrayAll(passed -> reached[passed] = 0, arrayPopFront(path)),
                arrayMap(path -> splitByChar('\n', path), {after:Array(String)}))   AS waits,
            arrayMap(path -> reached[path[1]], waits)                               AS waited,
            arrayExists(path -> reached[path[1]] = 0 AND NOT has({optional:Array(String)}, path[1]), waits) AS is_waiting,
            least(arrayMax(arrayPushBack(waited, start_ns)) + {limit_ns:Int64}, end_ns) AS due_ns,
            reached[{step:String}]                                                  AS step_ns,
            state = 'open'                                                          AS is_open,
            multiIf({kind:String} = 'success', true,
                    {kind:String} = 'latency', NOT is_open AND verdict = 'good',
                    NOT is_waiting AND NOT (step_ns = 0 AND over_ns > 0 AND over_ns <= due_ns
                                                AND failed_step != {step:String}))   AS counts,
            multiIf({kind:String} = 'success', NOT is_open AND verdict = 'good',
                    {kind:String} = 'latency', over_ns - start_ns <= {limit_ns:Int64},
                    step_ns > 0 AND step_ns <= due_ns)                              AS kept,
            multiIf({kind:String} != 'step' AND is_open, end_ns,
                    {kind:String} != 'step', toUnixTimestamp64Nano(assumeNotNull(counted_at)),
                    kept, step_ns,
                    step_ns = 0 AND over_ns > 0 AND failed_step = {step:String}, least(over_ns, due_ns),
                    due_ns)                                                         AS at_ns
        FROM journeys FINAL
        WHERE tenant = {tenant:String} AND definition = {definition:String}
          AND subject >= {first:String} AND ({beyond:String} = '' OR subject < {beyond:String})
          AND state != 'merged' AND verdict != 'excluded'
          AND arrayAll(tag -> has({pairs:Array(String)}, concat(tag, '=', tags[tag])), {tags:Array(String)})
    )
    WHERE counts AND at_ns >= {from_ms:Int64} * 1000000 AND at_ns < {to_ms:Int64} * 1000000
    GROUP BY minute
    ORDER BY minute
)
