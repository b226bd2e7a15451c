-- alert_states: what was last decided of each objective?
--
-- Row      one per objective, and one without a name for the evaluator itself.
-- Window   all time; the newest of each.
-- Reads    alert_states by its key.
-- Trap     objectives that are configured no more are still there.
SELECT slo_id, state, version
FROM alert_states FINAL
WHERE tenant = {tenant:String}
