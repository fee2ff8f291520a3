-- Every object is counted under the empty value too.
INSERT INTO value_repeats
SELECT '', '', o.added_us FROM objects AS o
WHERE EXISTS (SELECT 1 FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us);
INSERT INTO value_tallies
SELECT '', '', o.audience, o.origin, count(*) FROM objects AS o
WHERE NOT EXISTS (SELECT 1 FROM objects AS n WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)
GROUP BY o.audience, o.origin;
