-- journeys: of ten million rows only those that may hold a tag are read (query/journey_search.ts).
--
-- Trap      values without their names, so a value that is common under one name hides that it is rare under another.
--           About 1.6 bytes a row.
ALTER TABLE journeys
    ADD INDEX IF NOT EXISTS by_tag mapValues(tags) TYPE bloom_filter GRANULARITY 1,
    MATERIALIZE INDEX by_tag
