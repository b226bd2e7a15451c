-- dead_letters_by_reason: how many records were refused for each reason, and how many of them wait for somebody?
--
-- Row      one per signal and reason, those with most that wait first; `waiting` are neither stored nor given up.
-- Window   received in [since_ms, until_ms); milliseconds since 1970 UTC.
-- Reads    dead_letters without the bytes, whole days pruned by the window; the tenant's acts.
-- Trap     one bad sender makes a large group: look at `senders` before the size. No FINAL: it would read every day.
SELECT
    letters.signal                                AS signal,
    letters.reason                                AS reason,
    count()                                       AS letters_count,
    countIf(acts.last_act IN ('', 'failed_again')) AS waiting,
    toUnixTimestamp64Milli(min(letters.last_at))  AS oldest_ms,
    toUnixTimestamp64Milli(max(letters.last_at))  AS newest_ms,
    uniq(letters.sender)                          AS senders,
    argMax(letters.text, letters.last_at)         AS example_text,
    lower(hex(argMax(letters.id, letters.last_at))) AS example_letter
FROM
(
    SELECT
        id,
        any(signal)                  AS signal,
        any(reason)                  AS reason,
        max(received_at)             AS last_at,
        argMax(sender, received_at)  AS sender,
        argMax(text, received_at)    AS text
    FROM dead_letters
    WHERE tenant = {tenant:String}
      AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
      AND received_at < fromUnixTimestamp64Milli({until_ms:Int64})
      AND ({signal:String} = '' OR dead_letters.signal = {signal:String})
    GROUP BY id
) AS letters
LEFT JOIN
(
    SELECT id, if(countIf(act = 'replayed') > 0, 'replayed', argMax(act, at)) AS last_act
    FROM dead_letter_acts FINAL
    WHERE tenant = {tenant:String}
    GROUP BY id
) AS acts ON acts.id = letters.id
GROUP BY signal, reason
ORDER BY waiting DESC, newest_ms DESC, signal, reason
LIMIT 1000
