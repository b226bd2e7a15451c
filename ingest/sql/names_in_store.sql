-- names_in_store: by which names may hops be found, as two hashes each?
--
-- Row      one: the hashes of every name of the bucket, 4 bytes each, lowest first, in base64.
-- Window   all refs; the bucket keeps one answer small.
-- Reads    refs, all of it: asked once per process and bucket.
-- Trap     the same names, and the same hash, as ingest/known.ts and live.ts: a link goes by the trace it leads to.
SELECT base64Encode(arrayStringConcat(groupArray(CAST(
    reinterpretAsFixedString(toUInt64(murmurHash3_32(concat('a', name))) + bitShiftLeft(toUInt64(murmurHash3_32(concat('b', name))), 32))
    AS String)))) AS hashes
FROM
(
    SELECT concat(tenant, '\n', transform(kind, ['@link', '@caused-by'], ['@trace', '@event'], kind), '=', value) AS name
    FROM refs
    WHERE cityHash64(value) % {buckets:UInt32} = {bucket:UInt32}
)
