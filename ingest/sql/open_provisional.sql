-- open_provisional: which journeys have a stand-in for a subject, such as a checkout that has no order yet?
--
-- Row      one per definition and subject.
-- Window   all journeys of the tenant and these definitions; each definition goes with the kind that it is about.
-- Reads    journeys FINAL, three columns; asked once per process.
-- Trap     a kind that one definition is about may stand in for a subject of another.
SELECT definition, subject_kind, subject
FROM journeys FINAL
WHERE tenant = {tenant:String}
  AND definition IN {definitions:Array(String)}
  AND (definition, subject_kind) NOT IN arrayZip({definitions:Array(String)}, {kinds:Array(String)})
  AND state != 'merged'
