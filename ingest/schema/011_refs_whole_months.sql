-- refs: a month that nothing came to for six hours becomes one part, as in hops.
ALTER TABLE refs MODIFY SETTING min_age_to_force_merge_seconds = 21600, min_age_to_force_merge_on_partition_only = 1
