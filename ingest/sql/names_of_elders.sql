-- names_of_elders: of which subjects are journeys kept that began before a moment, as two hashes each?
--
-- Row      one: the hashes of so many names, eight bytes each, as base64; how many they are, and the last key among them.
-- Window   journeys of all tenants that began before `before_ns`, behind the key (after_tenant, …, after_subject).
-- Reads    journeys, from its key of the cursor on: asked once per process and page, so all of it is read once.
-- Trap     the same names, and the same hashes, as ingest/known.ts and hashes.ts. A journey that is not merged yet comes once
--          per version, and counts if any of them began so early. As tuples the two keys would be compared just as well, but
--          prune nothing.
SELECT
    base64Encode(arrayStringConcat(groupArray(hashes))) AS names,
    count()                                             AS found,
    tupleElement(max(place) AS last, 1)                 AS after_tenant,
    tupleElement(last, 2)                               AS after_definition,
    tupleElement(last, 3)                               AS after_kind,
    tupleElement(last, 4)                               AS after_subject
FROM
(
    SELECT
        (toString(tenant), toString(definition), toString(subject_kind), subject) AS place,
        concat(subject_kind, '=', subject)                                        AS name,
        concat(
            reinterpretAsFixedString(murmurHash3_32(name)),
            reinterpretAsFixedString(murmurHash2_32(name))) AS hashes
    FROM journeys
    WHERE (tenant > {after_tenant:String} OR tenant = {after_tenant:String}
          AND (definition > {after_definition:String} OR definition = {after_definition:String}
            AND (subject_kind > {after_kind:String} OR subject_kind = {after_kind:String}
              AND subject > {after_subject:String})))
      AND started_at < fromUnixTimestamp64Nano({before_ns:Int64})
    ORDER BY tenant, definition, subject_kind, subject
    LIMIT {limit:UInt32}
)
