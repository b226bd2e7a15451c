-- subject_kinds: what journeys are known by. A kind other than the definition's own is provisional.
--
-- Row      one per definition and kind of subject.
-- Window   the dashboard's, by start; merged rows have none and go by when they were folded.
-- Reads    the newest row of each journey: FINAL keeps it (measured faster than LIMIT 1 BY here).
-- Trap     the only panel that counts merged rows: provisional journeys that found the subject they belong to. They have
--          no tags either, so with a tag chosen there are none.
SELECT
    definition,
    subject_kind,
    countIf(state != 'merged') AS journeys,
    countIf(state = 'open') AS open,
    countIf(state = 'merged') AS found_their_subject
FROM journeys FINAL
WHERE ((state = 'merged' AND $__timeFilter_ms(folded_at)) OR (state != 'merged' AND $__timeFilter_ms(started_at)))
    AND $__conditionalAll(definition IN (${definition:singlequote}), $definition)
    AND $__conditionalAll(hasAny(arrayMap((name, value) -> concat(name, '=', value), mapKeys(tags), mapValues(tags)), [${tag:singlequote}]), $tag)
GROUP BY definition, subject_kind
ORDER BY definition, journeys DESC, subject_kind
