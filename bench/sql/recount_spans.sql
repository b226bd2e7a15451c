-- recount_spans: how many different spans are stored, and how many tellings of them?
--
-- Row      one: of the spans whose id falls into this share; all shares together are all spans.
-- Window   all days.
-- Reads    hops, whole: a check after a run, not a question of the product.
-- Trap     tellings that a merge has not collapsed yet are counted in `told`.
SELECT
    count()                        AS told,
    uniqExact((trace_id, span_id)) AS spans
FROM hops
WHERE tenant = 'default' AND kind = 'span' AND cityHash64(span_id) % {shares:UInt32} = {share:UInt32}
