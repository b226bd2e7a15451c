-- names_in_store: by which names may hops be found, as two hashes each?
--
-- Row      one: the hashes of every name of the range, eight bytes each, as base64. `kept` came first with a segment of
--          the journal from `first` on, `old` before that.
-- Window   refs of all tenants whose value is at least `from` and less than `until`, which is open when it is empty.
-- Reads    refs, the part of its key that the range is: asked once per process and range, so all of it is read once.
-- Trap     the same names, and the same hashes, as ingest/known.ts and hashes.ts: a trace goes by its bytes, a link by the
--          trace that it leads to, what an event caused by that event. Numbers lie with the lowest byte first. A ref that
--          is not merged yet may be in both; the older row counts.
SELECT
    base64Encode(arrayStringConcat(groupArrayIf(hashes, is_old)))     AS old,
    base64Encode(arrayStringConcat(groupArrayIf(hashes, NOT is_old))) AS kept
FROM
(
    SELECT
        is_old,
        concat(
            reinterpretAsFixedString(murmurHash3_32(name)),
            reinterpretAsFixedString(murmurHash2_32(name))) AS hashes
    FROM
    (
        SELECT DISTINCT
            since < {first:UInt32} AS is_old,
            multiIf(
                kind IN ('@trace', '@link'), unhex(value),
                kind = '@caused-by', concat('@event=', value),
                concat(kind, '=', value)) AS name
        FROM refs
        WHERE value >= {from:String} AND (value < {until:String} OR {until:String} = '')
    )
)
