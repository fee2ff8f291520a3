-- How many objects carry a value, by audience and originator (and all of them under the empty value): so a value that a million carry is counted for a
-- reader in as many steps as there are audiences. Counted here are the objects whose id stands once in the store.
CREATE TABLE value_tallies (
  space    text COLLATE "C" NOT NULL,
  value    text COLLATE "C" NOT NULL,
  audience integer NOT NULL,
  origin   bytea NOT NULL,
  objects  bigint NOT NULL,
  PRIMARY KEY (space, value, audience, origin)
);

-- The postings of the others (several versions, collections or originators), which are told apart by their ids.
CREATE TABLE value_repeats (
  space  text COLLATE "C" NOT NULL,
  value  text COLLATE "C" NOT NULL,
  object bigint NOT NULL,
  PRIMARY KEY (space, value, object)
);

INSERT INTO value_repeats
SELECT v.space, v.value, v.object
FROM (SELECT * FROM object_values UNION ALL SELECT '', '', added_us FROM objects) AS v
JOIN objects AS o ON o.added_us = v.object
WHERE EXISTS (SELECT FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us);
INSERT INTO value_tallies
SELECT v.space, v.value, o.audience, o.origin, count(*)
FROM (SELECT * FROM object_values UNION ALL SELECT '', '', added_us FROM objects) AS v
JOIN objects AS o ON o.added_us = v.object
WHERE NOT EXISTS (SELECT FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)
GROUP BY v.space, v.value, o.audience, o.origin;
