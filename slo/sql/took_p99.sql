-- took_p99: how long all but the slowest hundredth of the successful journeys took, within 1 %.
--
-- Row      one; null when there is none.
-- Window   counted in [from_ms, to_ms), epoch milliseconds UTC.
-- Reads    journeys, pruned by (tenant, definition); without FINAL, which would take ten times as long.
-- Trap     an estimate to show: a journey whose older row is not merged away yet counts with both.
SELECT if(count() = 0, NULL, quantileDD(0.01, 0.99)(
    greatest(0, toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at)) / 1e6)) AS took_ms
FROM journeys
WHERE tenant = {tenant:String} AND definition = {definition:String} AND verdict = 'good'
  AND counted_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND counted_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND arrayAll(tag -> has({pairs:Array(String)}, concat(tag, '=', tags[tag])), {tags:Array(String)})
