-- letters_whole: dead letters with their bytes, oldest first, to be looked at or sent again.
--
-- Row      one per letter; `status` is its last act, or `new`; one that is stored stays so. `tries`: how often it was sent.
-- Window   received in [since_ms, until_ms), behind the cursor (after_ms, after_letter); ms since 1970 UTC.
-- Reads    dead_letters FINAL, pruned by its key when ids are given, else whole days by the window; the tenant's acts.
-- Trap     an empty text or list filters nothing; `open` wants those that are neither stored nor given up.
SELECT
    lower(hex(letters.id))                      AS letter,
    toUnixTimestamp64Milli(letters.received_at) AS received_ms,
    letters.signal                              AS signal,
    letters.reason                              AS reason,
    letters.text                                AS text,
    letters.position                            AS position,
    letters.sender                              AS sender,
    letters.content_type                        AS content_type,
    letters.headers                             AS headers,
    base64Encode(letters.bytes)                 AS body,
    if(acts.last_act = '', 'new', acts.last_act) AS status,
    acts.tries                                  AS tries,
    toUnixTimestamp64Milli(acts.last_at)        AS acted_ms,
    acts.last_text                              AS acted_text
FROM dead_letters AS letters FINAL
LEFT JOIN
(
    SELECT
        id,
        if(countIf(act = 'replayed') > 0, 'replayed', argMax(act, at))          AS last_act,
        argMax(text, (act = 'replayed', at))                                    AS last_text,
        tupleElement(max((act = 'replayed', at)), 2)                            AS last_at,
        countIf(act != 'discarded')                                             AS tries
    FROM dead_letter_acts FINAL
    WHERE tenant = {tenant:String}
    GROUP BY id
) AS acts ON acts.id = letters.id
WHERE letters.tenant = {tenant:String}
  AND letters.received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
  AND letters.received_at < fromUnixTimestamp64Milli({until_ms:Int64})
  AND (empty({ids:Array(String)}) OR letters.id IN (SELECT unhex(arrayJoin({ids:Array(String)}))))
  AND ({signal:String} = '' OR letters.signal = {signal:String})
  AND ({reason:String} = '' OR letters.reason = {reason:String})
  AND (NOT {open:Bool} OR status IN ('new', 'failed_again'))
  AND (received_ms > {after_ms:Int64} OR (received_ms = {after_ms:Int64} AND letter > {after_letter:String}))
ORDER BY received_ms, letter
LIMIT {limit:UInt32}
