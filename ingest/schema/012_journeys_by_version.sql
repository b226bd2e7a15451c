-- journeys: parts that are older than what is asked for are not read (query/journey_search.ts, slo/sql/changed.sql).
--
-- Trap      rows lie in order of their subject, so this tells parts apart, not what is in one. A part spans little time
--           until it has been merged for long; what a question adds to is young.
ALTER TABLE journeys
    ADD INDEX IF NOT EXISTS by_version version TYPE minmax GRANULARITY 64,
    MATERIALIZE INDEX by_version
