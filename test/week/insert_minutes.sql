-- insert_minutes: writes the rows of journeys that end, or hang until their deadline, in some minutes.
--
-- Row      one per journey; the last `bads` of a minute failed, or, where `hangs`, nobody heard of them again.
-- Window   the minutes given, since 1970 UTC.
-- Reads    nothing but its lists, which belong together place by place.
-- Trap     a version is the moment at which it counts: rows have to be told in order of time.
INSERT INTO journeys
(
    tenant, definition, subject_kind, subject, version, owner, state, started_at, ended_at, deadline, failed_step,
    next_step, verdict, counted_at, step_names, step_at, tags, folded_at
)
SELECT
    '',
    'create-order',
    'order.id',
    concat('ORD-', hex(sipHash64(minute, number))),
    intDiv(at_ns, 1000),
    'checkout-team',
    multiIf(NOT is_bad, 'succeeded', is_hanging, 'open', 'failed'),
    fromUnixTimestamp64Nano(at_ns - if(is_hanging, 900, 2) * 1000000000, 'UTC') AS began,
    if(is_hanging, NULL, fromUnixTimestamp64Nano(at_ns, 'UTC')) AS ended,
    began + INTERVAL 15 MINUTE,
    if(is_bad AND NOT is_hanging, 'paid', ''),
    if(is_hanging, 'paid', ''),
    multiIf(NOT is_bad, 'good', is_hanging, 'none', 'bad'),
    ended,
    ['placed', 'paid', 'shipped'],
    [began, if(is_bad, NULL, ended), if(is_bad, NULL, ended)],
    map('partner.id', toString(number % 100)),
    fromUnixTimestamp64Nano(at_ns, 'UTC')
FROM
(
    SELECT
        minute,
        number,
        number >= good                                                    AS is_bad,
        is_bad AND hangs = 1                                              AS is_hanging,
        minute * 60000000000 + intDiv(number * 60000000000, good + bad)   AS at_ns
    FROM
    (
        SELECT one.1 AS minute, one.2 AS good, one.3 AS bad, one.4 AS hangs, arrayJoin(range(toUInt64(good + bad))) AS number
        FROM (SELECT arrayJoin(arrayZip({minutes:Array(Int64)}, {goods:Array(Int64)}, {bads:Array(Int64)}, {hangs:Array(UInt8)})) AS one)
    )
)
