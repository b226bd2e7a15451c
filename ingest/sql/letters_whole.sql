-- letters_whole: dead letters with their bytes, oldest first, to be looked at or sent again.
--
-- Row      one per letter, as it came last; `status` is its last act, or `new`; one that is stored stays so. `tries`: how
--          often it was sent again.
-- Window   received in [since_ms, until_ms), behind the cursor (after_ms, after_letter); ms since 1970 UTC.
-- Reads    of the window's days two narrow columns of dead_letters, by its key when ids are given, and the tenant's acts;
--          the bytes of one page only.
-- Trap     no FINAL: it would read every day. An empty text or list filters nothing; `open` wants those that are neither
--          stored nor given up.
WITH page AS
(
    SELECT
        letters.id                                   AS id,
        letters.last_at                              AS last_at,
        if(acts.last_act = '', 'new', acts.last_act) AS status,
        acts.tries                                   AS tries,
        acts.last_acted                              AS last_acted,
        acts.last_text                               AS last_text
    FROM
    (
        SELECT id, max(received_at) AS last_at
        FROM dead_letters
        WHERE tenant = {tenant:String}
          AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
          AND received_at < fromUnixTimestamp64Milli({until_ms:Int64})
          AND (empty({ids:Array(String)}) OR id IN (SELECT unhex(arrayJoin({ids:Array(String)}))))
          AND ({signal:String} = '' OR signal = {signal:String})
          AND ({reason:String} = '' OR reason = {reason:String})
        GROUP BY id
    ) AS letters
    LEFT JOIN
    (
        SELECT
            id,
            if(countIf(act = 'replayed') > 0, 'replayed', argMax(act, at)) AS last_act,
            argMax(text, (act = 'replayed', at))                           AS last_text,
            tupleElement(max((act = 'replayed', at)), 2)                   AS last_acted,
            countIf(act != 'discarded')                                    AS tries
        FROM dead_letter_acts FINAL
        WHERE tenant = {tenant:String}
        GROUP BY id
    ) AS acts ON acts.id = letters.id
    WHERE (NOT {open:Bool} OR status IN ('new', 'failed_again'))
      AND (
          toUnixTimestamp64Milli(last_at) > {after_ms:Int64}
          OR (toUnixTimestamp64Milli(last_at) = {after_ms:Int64} AND lower(hex(id)) > {after_letter:String})
      )
    ORDER BY last_at, id
    LIMIT {limit:UInt32}
)
SELECT
    lower(hex(id))                      AS letter,
    toUnixTimestamp64Milli(received_at) AS received_ms,
    signal,
    reason,
    text,
    position,
    sender,
    content_type,
    headers,
    base64Encode(bytes)                 AS body,
    status,
    tries,
    toUnixTimestamp64Milli(last_acted)  AS acted_ms,
    last_text                           AS acted_text
FROM dead_letters AS letters
INNER JOIN page ON page.id = letters.id AND page.last_at = letters.received_at
WHERE letters.tenant = {tenant:String}
  AND letters.id IN (SELECT id FROM page)
  AND letters.received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
  AND letters.received_at < fromUnixTimestamp64Milli({until_ms:Int64})
ORDER BY received_ms, letter
LIMIT 1 BY letter
