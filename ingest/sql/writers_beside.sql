-- writers_beside: who has said that it writes here, but for one process?
--
-- Row      one: `announced`, how often any other process did, ever; `living`, how often one with another data folder did
--          of late, so that it may still write.
-- Window   all time.
-- Reads    writers, all of it: small.
-- Trap     an earlier process with the same data folder is dead, for a folder has one process at a time; what it announced
--          counts all the same, so that no number ever falls.
SELECT
    countIf(process != {process:String})                                                      AS announced,
    countIf(folder != {folder:String} AND at > now64(6) - toIntervalSecond({silent_s:UInt32})) AS living
FROM writers
