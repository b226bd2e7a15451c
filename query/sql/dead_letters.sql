-- dead_letters: which records were refused, and why? Newest first, without their bytes.
--
-- Row      one per refused record, as it came last; `status` is its last act, or `new`; one that is stored stays so.
-- Window   received in [since_ms, until_ms); milliseconds since 1970 UTC, like the cursor's before_ms.
-- Reads    of the window's days two narrow columns of dead_letters and the tenant's acts; the rest of one page only.
-- Trap     no FINAL: it would read every day. `position` is where in its delivery the record stood; an empty text
--          filters nothing.
WITH page AS
(
    SELECT
        letters.id                                   AS id,
        letters.last_at                              AS last_at,
        if(acts.last_act = '', 'new', acts.last_act) AS status
    FROM
    (
        SELECT id, max(received_at) AS last_at
        FROM dead_letters
        WHERE tenant = {tenant:String}
          AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
          AND received_at < fromUnixTimestamp64Milli({until_ms:Int64})
          AND ({signal:String} = '' OR signal = {signal:String})
          AND ({reason:String} = '' OR reason = {reason:String})
        GROUP BY id
    ) AS letters
    LEFT JOIN
    (
        SELECT id, if(countIf(act = 'replayed') > 0, 'replayed', argMax(act, at)) AS last_act
        FROM dead_letter_acts FINAL
        WHERE tenant = {tenant:String}
        GROUP BY id
    ) AS acts ON acts.id = letters.id
    WHERE ({status:String} = '' OR status = {status:String})
      AND (
          toUnixTimestamp64Milli(last_at) < {before_ms:Int64}
          OR (toUnixTimestamp64Milli(last_at) = {before_ms:Int64} AND lower(hex(id)) > {after_letter:String})
      )
    ORDER BY last_at DESC, id
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
    length(bytes)                       AS size,
    status
FROM dead_letters AS letters
INNER JOIN page ON page.id = letters.id AND page.last_at = letters.received_at
WHERE letters.tenant = {tenant:String}
  AND letters.id IN (SELECT id FROM page)
  AND letters.received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
  AND letters.received_at < fromUnixTimestamp64Milli({until_ms:Int64})
ORDER BY received_ms DESC, letter
LIMIT 1 BY letter
