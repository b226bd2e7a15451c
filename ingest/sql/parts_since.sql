-- parts_since: which parts came about lately, by insert or by merge, and what they should take on the disk.
--
-- Row      one per part that is read now: its folder, and the bytes of its files, bar a few small ones.
-- Window   so many seconds back, by the engine's own clock.
-- Reads    system.parts of this database, in memory.
SELECT table, name, path, level = 0 AS is_inserted, bytes_on_disk AS bytes
FROM system.parts
WHERE database = currentDatabase() AND active AND modification_time >= now() - {age_s:UInt32}
ORDER BY table, name
