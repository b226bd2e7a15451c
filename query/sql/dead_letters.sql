-- dead_letters: which records were refused, and why? Newest first, without their bytes.
--
-- Row      one per refused record.
-- Window   received in [since_ms, until_ms); milliseconds since 1970 UTC, like the cursor's before_ms.
-- Reads    dead_letters FINAL, whole days pruned by the window.
-- Trap     `position` is where in its delivery the record stood; an empty text filters nothing.
SELECT
    lower(hex(id))                      AS letter,
    toUnixTimestamp64Milli(received_at) AS received_ms,
    signal,
    reason,
    text,
    position,
    sender,
    content_type,
    length(bytes)                       AS size
FROM dead_letters FINAL
WHERE tenant = {tenant:String}
  AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64})
  AND received_at < fromUnixTimestamp64Milli({until_ms:Int64})
  AND ({signal:String} = '' OR signal = {signal:String})
  AND ({reason:String} = '' OR reason = {reason:String})
  AND (received_ms < {before_ms:Int64} OR (received_ms = {before_ms:Int64} AND letter > {after_letter:String}))
ORDER BY received_ms DESC, letter
LIMIT {limit:UInt32}
