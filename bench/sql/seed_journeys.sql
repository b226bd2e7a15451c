-- seed_journeys: writes the rows of journeys that ended: those of seed_hops.sql, or others for the objectives.
--
-- Row      one per journey; of `bad_every` one failed.
-- Window   `count` journeys from number `from`, begun as those of seed_hops.sql.
-- Reads    nothing but numbers.
-- Trap     versions stay 0, so whatever the service folds itself wins.
INSERT INTO journeys
(
    tenant, definition, subject_kind, subject, definition_version, owner, state, started_at, ended_at, deadline,
    failed_step, verdict, counted_at, step_names, step_at, tags, folded_at
)
SELECT
    'default',
    {definition:String},
    'order.id',
    concat('OLD-', leftPad(lower(hex(toUInt32(journey * 2654435761))), 8, '0')),
    'seed',
    'checkout-team',
    if(is_bad, 'failed', 'succeeded'),
    fromUnixTimestamp64Nano(begin_ns, 'UTC'),
    fromUnixTimestamp64Nano(begin_ns + took_ns, 'UTC') AS ended,
    fromUnixTimestamp64Nano(begin_ns + 14400000000000, 'UTC'),
    if(is_bad, 'paid', ''),
    if(is_bad, 'bad', 'good'),
    ended,
    {steps:Array(String)},
    arrayMap(after_us -> fromUnixTimestamp64Nano(begin_ns + after_us * 1000, 'UTC'), {step_us:Array(Int64)}),
    map('partner.id', toString(journey % 1000), 'order.amount', toString(10000 + sipHash64(journey, 'amount') % 90000)),
    fromUnixTimestamp64Milli(intDiv(begin_ns + took_ns, 1000000), 'UTC')
FROM
(
    SELECT
        number                                  AS journey,
        sipHash64(number, 'bad') % {bad_every:UInt64} = 0 AS is_bad,
        1110000000 + toInt64(sipHash64(number, 'took') % 2000000000) AS took_ns,
        ({first_day:Int64} + intDiv(journey, {per_day:UInt64})) * 86400000000000
            + (journey % {per_day:UInt64}) * {step_ns:Int64} AS begin_ns
    FROM numbers({from:UInt64}, {count:UInt64})
)
