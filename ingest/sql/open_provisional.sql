-- open_provisional: which journeys have a stand-in for a subject, such as a checkout that has no order yet?
--
-- Row      one per definition and subject.
-- Window   all journeys of the tenant.
-- Reads    journeys FINAL, three columns; asked once per process.
-- Trap     the kinds are those that journeys are about: whatever else has a row stands in for one of them.
SELECT definition, subject_kind, subject
FROM journeys FINAL
WHERE tenant = {tenant:String} AND state != 'merged' AND subject_kind NOT IN {kinds:Array(String)}
