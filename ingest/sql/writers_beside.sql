-- writers_beside: who has said that it writes here, but for one process?
--
-- Row      one: `announced`, how often any other process did, ever; `strangers`, how many with another data folder did,
--          ever; `living`, those of them that did of late and have not left, so that they may still write.
-- Window   all time.
-- Reads    writers, all of it: small.
-- Trap     an earlier process with the same data folder is dead, for a folder has one process at a time; what it announced
--          counts all the same, so that no number ever falls.
SELECT
    sumIf(times, process != {process:String})                                                                    AS announced,
    countIf(folder != {folder:String})                                                                           AS strangers,
    countIf(folder != {folder:String} AND NOT has_left AND latest > now64(6) - toIntervalSecond({silent_s:UInt32})) AS living
FROM
(
    SELECT folder, process, count() AS times, max(at) AS latest, argMax(leaves, at) AS has_left
    FROM writers
    GROUP BY folder, process
)
