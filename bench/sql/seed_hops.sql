-- seed_hops: writes stored spans of whole journeys of the bench's shop, made by the engine itself.
--
-- Row      one per span; span n belongs to journey n / spans, so a range of numbers is a range of time.
-- Window   `count` spans from number `from`; journeys begin `step_ns` apart, `per_day` on each day from `first_day` on.
-- Reads    nothing but numbers.
-- Trap     the locality must be what ingest/refs.ts makes of the trace id; the lookups that follow would miss otherwise.
INSERT INTO hops
(
    tenant, locality, at, kind, trace_id, span_id, parent_id, digest, duration, received_at, service, name, span_kind,
    status, attributes, resource, scope_name, scope_version, event_at, event_name, event_attributes, link_trace_id,
    link_span_id, link_attributes
)
WITH
    (j, t) -> sipHash64(j, toUInt64(t), 'high') AS high,
    (j, t) -> sipHash64(j, toUInt64(t), 'low')  AS low,
    (j, t) -> toFixedString(concat(reinterpretAsFixedString(byteSwap(high(j, t))), reinterpretAsFixedString(byteSwap(low(j, t)))), 16) AS trace,
    (j, s) -> reinterpretAsFixedString(sipHash64(j, toUInt64(s), 'span')) AS span
SELECT
    'default',
    bitXor(high(journey, traces[slot]), low(journey, traces[slot])),
    fromUnixTimestamp64Nano(begin_ns + at_us[slot] * 1000, 'UTC') AS began,
    'span',
    trace(journey, traces[slot]),
    span(journey, slot),
    if(parents[slot] = 0, toFixedString('', 8), span(journey, parents[slot])),
    toUInt32(sipHash64(journey, slot, 'digest')),
    took_us[slot] * 1000,
    fromUnixTimestamp64Milli(intDiv(begin_ns, 1000000) + 2000, 'UTC'),
    services[slot],
    names[slot],
    kinds[slot],
    'unset',
    mapFromArrays(
        arrayConcat(
            if(has_order[slot] = 1, ['order.id'], []),
            if(has_correlation[slot] = 1, ['correlation.id'], []),
            text_names[slot],
            digit_names[slot]),
        arrayConcat(
            if(has_order[slot] = 1, [concat('OLD-', leftPad(lower(hex(toUInt32(journey * 2654435761))), 8, '0'))], []),
            if(has_correlation[slot] = 1, [lower(hex(sipHash128(journey, 'correlation')))], []),
            text_values[slot],
            arrayMap(
                (size, at) -> substring(toString(1000000000000000000 + sipHash64(journey, slot, at) % 1000000000000000000), 2, size),
                digit_sizes[slot],
                arrayEnumerate(digit_sizes[slot])))),
    mapFromArrays(resource_names, resource_values[slot]),
    'shop',
    '1.0.0',
    if(events[slot] = '', [], [began]),
    if(events[slot] = '', [], [events[slot]]),
    if(events[slot] = '', [], [map('event.source', 'shop')]),
    if(links[slot] = 0, [], [trace(journey, traces[links[slot]])]),
    if(links[slot] = 0, [], [span(journey, links[slot])]),
    if(links[slot] = 0, [], [map()])
FROM
(
    SELECT
        intDiv(number, {spans:UInt64})    AS journey,
        number % {spans:UInt64} + 1       AS slot,
        ({first_day:Int64} + intDiv(journey, {per_day:UInt64})) * 86400000000000
            + (journey % {per_day:UInt64}) * {step_ns:Int64} AS begin_ns,
        {traces:Array(UInt8)}             AS traces,
        {parents:Array(UInt8)}            AS parents,
        {links:Array(UInt8)}              AS links,
        {at_us:Array(Int64)}              AS at_us,
        {took_us:Array(Int64)}            AS took_us,
        {services:Array(String)}          AS services,
        {names:Array(String)}             AS names,
        {kinds:Array(String)}             AS kinds,
        {events:Array(String)}            AS events,
        {has_order:Array(UInt8)}          AS has_order,
        {has_correlation:Array(UInt8)}    AS has_correlation,
        {text_names:Array(Array(String))} AS text_names,
        {text_values:Array(Array(String))} AS text_values,
        {digit_names:Array(Array(String))} AS digit_names,
        {digit_sizes:Array(Array(UInt8))} AS digit_sizes,
        {resource_names:Array(String)}    AS resource_names,
        {resource_values:Array(Array(String))} AS resource_values
    FROM numbers({from:UInt64}, {count:UInt64})
)
