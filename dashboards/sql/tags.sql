-- tags: the name=value pairs to filter journeys by.
--
-- Row      one per pair, the most used first, at most 500.
-- Window   the dashboard's, by start.
-- Reads    the tags of journeys, without FINAL: counting one twice only moves it up the list.
-- Trap     a tag with a value of its own per journey fills the list; such a thing is a key, not a tag.
SELECT concat(pair.1, '=', pair.2) AS tag
FROM journeys
ARRAY JOIN arrayZip(mapKeys(tags), mapValues(tags)) AS pair
WHERE $__timeFilter_ms(started_at)
GROUP BY tag
ORDER BY count() DESC, tag
LIMIT 500
