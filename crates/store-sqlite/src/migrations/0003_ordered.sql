-- Within an audience, collection and type objects stand in the order they were added, so that a page of what
-- a reader sees is merged out of such runs.
DROP INDEX objects_visible;
CREATE INDEX objects_visible ON objects (audience, collection, stix_type, added_us, last, first, spec);
