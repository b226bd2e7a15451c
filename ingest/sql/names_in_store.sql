-- names_in_store: by which names may hops be found, as two hashes each?
--
-- Row      one: the hashes of every name of the bucket, eight hexadecimal digits each. `kept` came first with a segment of
--          the journal from `first` on, `old` before that.
-- Window   all refs of all tenants; the bucket keeps one answer small.
-- Reads    refs, all of it: asked once per process and bucket.
-- Trap     the same names, and the same hash, as ingest/known.ts: a trace goes by its bytes, a link by the trace that it
--          leads to, what an event caused by that event. hex() leaves leading zeros out. A ref that is not merged yet may
--          be in both; the older row counts.
SELECT
    arrayStringConcat(groupArrayIf(hashes, since < {first:UInt32})) AS old,
    arrayStringConcat(groupArrayIf(hashes, since >= {first:UInt32})) AS kept
FROM
(
    SELECT
        since,
        multiIf(
            kind IN ('@trace', '@link'), unhex(value),
            kind = '@caused-by', concat('@event=', value),
            concat(kind, '=', value)) AS name,
        concat(
            leftPad(hex(murmurHash3_32(concat(name, 'a'))), 8, '0'),
            leftPad(hex(murmurHash3_32(concat(name, 'b'))), 8, '0')) AS hashes
    FROM refs
    WHERE cityHash64(value) % {buckets:UInt32} = {bucket:UInt32}
)
