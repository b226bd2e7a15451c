-- hops: a day that nothing came to for six hours becomes one part, in the background.
-- Every part of a day is read for every place of an order: four parts cost a lookup about half as much again.
ALTER TABLE hops MODIFY SETTING min_age_to_force_merge_seconds = 21600, min_age_to_force_merge_on_partition_only = 1
