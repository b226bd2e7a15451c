-- hops_by_locality: every hop at these places.
--
-- Row      one per version of a fact, all that is told of it, in any order; a version told twice is one row. Ids in
--          capitals, maps as lists of pairs (store.ts): without the functions that this takes the plan is made in 5 ms
--          instead of 6. What the table has for Grafana alone would be a ninth of the whole.
-- Window   the places given: `locality/partition`, and a partition is a day, as in 20260801.
-- Reads    hops only: the partitions named, by its key (tenant, locality).
--          Said to be read first: to find that out for itself takes the planner a twentieth of the whole.
-- Trap     a locality is looked for on every day that is named, so many places of many days are better asked by day. With
--          toDate(at) in the condition the engine would work it out for every range of the key that it tries: a fifth of
--          the whole where a day has many rows. Sorting would be as much.
SELECT
    kind,
    toUnixTimestamp64Nano(at)           AS at_ns,
    duration,
    toUnixTimestamp64Milli(received_at) AS received_ms,
    hex(trace_id)                       AS trace,
    hex(span_id)                        AS span,
    hex(parent_id)                      AS parent,
    hex(fact_id)                        AS fact,
    digest,
    service,
    name,
    span_kind,
    status,
    message,
    body,
    attributes,
    resource,
    arrayMap(t -> toUnixTimestamp64Nano(t), event_at) AS event_ns,
    event_name,
    event_attributes,
    arrayMap(id -> hex(id), link_trace_id)            AS link_traces,
    arrayMap(id -> hex(id), link_span_id)             AS link_spans,
    link_attributes,
    dropped_links
FROM hops
PREWHERE tenant = {tenant:String}
  AND locality IN {localities:Array(UInt64)}
WHERE _partition_id IN {partitions:Array(String)}
  AND concat(toString(locality), '/', _partition_id) IN {places:Array(String)}
LIMIT 1 BY kind, trace_id, span_id, fact_id, digest
LIMIT {limit:UInt32}
