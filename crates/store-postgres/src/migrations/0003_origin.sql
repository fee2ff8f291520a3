-- Whose claim an object is: the party's id, or zero for what the hub itself brings (library, imports, pulls,
-- layouts). In a collection each originator has versions of its own. What stands already becomes the hub's:
-- whose it was is sealed in the ledger, where no SQL reads it, and no version before this one took claims.
ALTER TABLE objects ADD COLUMN origin bytea NOT NULL DEFAULT '\x00000000000000000000000000000000';
ALTER TABLE withdrawn ADD COLUMN origin bytea NOT NULL DEFAULT '\x00000000000000000000000000000000';
ALTER TABLE objects DROP CONSTRAINT objects_id;
ALTER TABLE objects ADD CONSTRAINT objects_id UNIQUE (stix_id, collection, origin, version_us);
