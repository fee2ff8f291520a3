-- When an object was added elsewhere, for those that were moved here with that moment.
ALTER TABLE objects ADD COLUMN dated_us INTEGER;
CREATE INDEX objects_dated ON objects (collection, dated_us, added_us) WHERE dated_us IS NOT NULL;
