-- How many objects carry a value, by audience and originator: so a value that a million carry is counted for a
-- reader in as many steps as there are audiences. Counted here are the objects whose id stands once in the store.
CREATE TABLE value_tallies (
  space    TEXT NOT NULL,
  value    TEXT NOT NULL,
  audience INTEGER NOT NULL,
  origin   BLOB NOT NULL,
  objects  INTEGER NOT NULL,
  PRIMARY KEY (space, value, audience, origin)
) STRICT, WITHOUT ROWID;

-- The postings of the others (several versions, collections or originators), which are told apart by their ids.
CREATE TABLE value_repeats (
  space  TEXT NOT NULL,
  value  TEXT NOT NULL,
  object INTEGER NOT NULL,
  PRIMARY KEY (space, value, object)
) STRICT, WITHOUT ROWID;

INSERT INTO value_repeats
SELECT v.space, v.value, v.object FROM object_values AS v JOIN objects AS o ON o.added_us = v.object
WHERE EXISTS (SELECT 1 FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us);
INSERT INTO value_tallies
SELECT v.space, v.value, o.audience, o.origin, count(*)
FROM object_values AS v JOIN objects AS o ON o.added_us = v.object
WHERE NOT EXISTS (SELECT 1 FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)
GROUP BY v.space, v.value, o.audience, o.origin;
