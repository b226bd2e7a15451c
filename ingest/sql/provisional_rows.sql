-- provisional_rows: which of these subjects have a journey of their own that is not merged yet?
--
-- Row      one per definition and subject.
-- Window   all time; the pairs given: the first kind with the first id, and so on.
-- Reads    journeys only, pruned by its key (tenant, definition, subject_kind, subject) where definitions are few.
-- Trap     the row with the largest version says how things stand, so it is chosen before the state is looked at.
SELECT definition, subject_kind, subject, toUnixTimestamp64Nano(started_at) AS started_ns
FROM
(
    SELECT definition, subject_kind, subject, state, started_at
    FROM journeys
    WHERE tenant = {tenant:String}
      AND definition IN {definitions:Array(String)}
      AND (subject_kind, subject) IN arrayZip({kinds:Array(String)}, {ids:Array(String)})
    ORDER BY version DESC
    LIMIT 1 BY definition, subject_kind, subject
)
WHERE state != 'merged'
