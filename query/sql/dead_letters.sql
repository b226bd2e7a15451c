-- dead_letters: which records were refused, and why? Newest first, without their bytes.
--
-- Row      one per refused record; `status` is its last act, or `new`; one that is stored stays so.
-- Window   received in [since_ms, until_ms); milliseconds since 1970 UTC, like the cursor's before_ms.
-- Reads    dead_letters FINAL, whole days pruned by the window; the tenant's acts.
-- Trap     `position` is where in its delivery the record stood; an empty text filters nothing.
SELECT
    lower(hex(letters.id))                       AS letter,
    toUnixTimestamp64Milli(letters.received_at)  AS received_ms,
    letters.signal                               AS signal,
    letters.reason                               AS reason,
    letters.text                                 AS text,
    letters.position                             AS position,
    letters.sender                               AS sender,
    letters.content_type                         AS content_type,
    length(letters.bytes)                        AS size,
    if(acts.last_act = '', 'new', acts.last_act) AS status
FROM dead_letters AS letters FINAL
LEFT JOIN
(
    SELECT id, if(countIf(act = 'replayed') > 0, 'replayed', argMax(act, at)) AS last_act
    FROM dead_letter_acts FINAL
    WHERE tenant = {tenant:String}
    GROUP BY id
) AS acts ON acts.id = letters.id
WHERE letters.tenant = {tenant:String}
  AND letters.received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
  AND letters.received_at < fromUnixTimestamp64Milli({until_ms:Int64})
  AND ({signal:String} = '' OR letters.signal = {signal:String})
  AND ({reason:String} = '' OR letters.reason = {reason:String})
  AND ({status:String} = '' OR status = {status:String})
  AND (received_ms < {before_ms:Int64} OR (received_ms = {before_ms:Int64} AND letter > {after_letter:String}))
ORDER BY received_ms DESC, letter
LIMIT {limit:UInt32}
