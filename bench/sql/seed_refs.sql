-- seed_refs: writes where the spans of seed_hops.sql can be found: their keys, traces and links.
--
-- Row      one per ref and trace of a journey, as ingest/refs.ts tells them.
-- Window   `count` journeys from number `from`.
-- Reads    nothing but numbers.
-- Trap     no journey crosses midnight, so all its refs have the day on which it began.
INSERT INTO refs (tenant, value, kind, day, locality)
WITH
    (j, t) -> sipHash64(j, toUInt64(t), 'high') AS high,
    (j, t) -> sipHash64(j, toUInt64(t), 'low')  AS low,
    (j, t) -> concat(leftPad(lower(hex(high(j, t))), 16, '0'), leftPad(lower(hex(low(j, t))), 16, '0')) AS trace
SELECT
    'default',
    multiIf(
        kind = 'order.id', concat('OLD-', leftPad(lower(hex(toUInt32(journey * 2654435761))), 8, '0')),
        kind = 'correlation.id', lower(hex(sipHash128(journey, 'correlation'))),
        trace(journey, target)),
    kind,
    toDate({first_day:Int64} + intDiv(journey, {per_day:UInt64})),
    bitXor(high(journey, in_trace), low(journey, in_trace))
FROM
(
    SELECT number AS journey, ref.1 AS kind, ref.2 AS in_trace, ref.3 AS target
    FROM numbers({from:UInt64}, {count:UInt64})
    ARRAY JOIN arrayZip({ref_kinds:Array(String)}, {ref_traces:Array(UInt8)}, {ref_targets:Array(UInt8)}) AS ref
)
