-- Within an audience, collection and type objects stand in the order they were added, so that a page of what
-- a reader sees is merged out of such runs.
DROP INDEX objects_visible;
CREATE INDEX objects_visible ON objects (audience, collection, stix_type, added_us, last, first, spec);

-- Whose claim an object is: the party's id, or zero for what the hub itself brings (library, imports, pulls,
-- layouts). In a collection each originator has versions of its own. What stands already becomes the hub's:
-- whose it was is sealed in the ledger, where no SQL reads it, and no version before this one took claims.
ALTER TABLE objects ADD COLUMN origin BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE withdrawn ADD COLUMN origin BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
DROP INDEX objects_id;
CREATE UNIQUE INDEX objects_id ON objects (stix_id, collection, origin, version_us);
