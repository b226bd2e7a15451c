-- store_clock: what time is it where the rows are kept?
--
-- Row      one; microseconds since 1970 UTC.
-- Window   none.
-- Reads    nothing.
-- Trap     taken before facts are read, never after: a version must not promise facts that its reader had not seen.
SELECT toUnixTimestamp64Micro(now64(6)) AS now_us
