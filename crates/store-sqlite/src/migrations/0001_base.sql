-- Numbers that belong to the whole store.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('epoch', 0);

-- The ledger: primary, append only. wrapped_key goes when an event is redacted, nothing else does.
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY,
  id          BLOB NOT NULL UNIQUE,
  matter      BLOB NOT NULL,
  version     INTEGER NOT NULL,
  matter_kind TEXT NOT NULL,
  kind        TEXT NOT NULL,
  recorded_us INTEGER NOT NULL,
  cipher      BLOB NOT NULL,
  wrapped_key BLOB,
  leaf        BLOB NOT NULL,
  UNIQUE (matter, version)
) STRICT;

-- C2SP tlog-tiles of 256 hashes; place = row of tiles * 2^56 + number in its row.
CREATE TABLE tiles (
  place  INTEGER PRIMARY KEY,
  hashes BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoints (
  size  INTEGER PRIMARY KEY,
  note  TEXT NOT NULL,
  at_us INTEGER NOT NULL
) STRICT;

-- Events whose key was destroyed: a restore from an older copy replays this list.
CREATE TABLE shredded (
  event BLOB PRIMARY KEY,
  at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audiences (
  id   INTEGER PRIMARY KEY,
  form TEXT NOT NULL UNIQUE
) STRICT;

-- Projections of matters. text and keys are kept to take search and posting entries out again.
CREATE TABLE records (
  row      INTEGER PRIMARY KEY,
  id       BLOB NOT NULL UNIQUE,
  kind     TEXT NOT NULL,
  version  INTEGER NOT NULL,
  audience INTEGER NOT NULL,
  state    TEXT NOT NULL,
  owner    BLOB,
  scope    BLOB,
  sort_us  INTEGER NOT NULL,
  due_us   INTEGER NOT NULL,
  tlp      INTEGER NOT NULL,
  text     TEXT NOT NULL,
  keys     TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT;
-- Order first: for readers who see much of a kind.
CREATE INDEX records_newest ON records (kind, sort_us, id, audience, state, tlp);
CREATE INDEX records_due ON records (kind, due_us, id, audience, state, tlp);
-- Audience first: for counts, and for readers who see little of a kind.
CREATE INDEX records_visible ON records (kind, audience, state, tlp, due_us, sort_us, id);
CREATE INDEX records_owner ON records (owner, kind, sort_us) WHERE owner IS NOT NULL;
CREATE INDEX records_scope ON records (scope, kind, sort_us) WHERE scope IS NOT NULL;

CREATE VIRTUAL TABLE record_text USING fts5 (
  text, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);
INSERT INTO record_text (record_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE lookups (
  space  TEXT NOT NULL,
  key    TEXT NOT NULL,
  matter BLOB NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE postings (
  space  TEXT NOT NULL,
  value  TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (space, value, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE collections (
  number INTEGER PRIMARY KEY,
  id     BLOB NOT NULL UNIQUE
) STRICT;

-- Threat objects, clustered by the moment they were added, which is unique in the store.
CREATE TABLE objects (
  added_us   INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL,
  audience   INTEGER NOT NULL,
  first      INTEGER NOT NULL,
  last       INTEGER NOT NULL,
  version_us INTEGER NOT NULL,
  expires_us INTEGER,
  key        BLOB NOT NULL,
  source     BLOB NOT NULL,
  stix_id    TEXT NOT NULL,
  stix_type  TEXT NOT NULL,
  spec       TEXT NOT NULL,
  title      TEXT NOT NULL,
  links      TEXT,
  raw        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX objects_id ON objects (stix_id, collection, version_us);
CREATE INDEX objects_order ON objects (collection, added_us, audience, last, stix_type, spec);
CREATE INDEX objects_visible ON objects (audience, collection, stix_type, last, first, spec);

CREATE VIRTUAL TABLE object_text USING fts5 (
  text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE object_values (
  space  TEXT NOT NULL,
  value  TEXT NOT NULL,
  object INTEGER NOT NULL,
  PRIMARY KEY (space, value, object)
) STRICT, WITHOUT ROWID;

CREATE TABLE object_refs (
  target TEXT NOT NULL,
  object INTEGER NOT NULL,
  PRIMARY KEY (target, object)
) STRICT, WITHOUT ROWID;

-- What was withdrawn from a collection, so that an import's root can still be checked.
CREATE TABLE withdrawn (
  added_us   INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL,
  stix_id    TEXT NOT NULL,
  version_us INTEGER NOT NULL,
  source     BLOB NOT NULL,
  sha256     BLOB NOT NULL
) STRICT;

CREATE TABLE blobs (
  id          BLOB PRIMARY KEY,
  matter      BLOB NOT NULL,
  sha256      BLOB NOT NULL,
  cipher      BLOB NOT NULL,
  wrapped_key BLOB
) STRICT;
CREATE INDEX blobs_of_matter ON blobs (matter);

CREATE TABLE sealed_links (
  handle BLOB PRIMARY KEY,
  tag    BLOB NOT NULL,
  boxed  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_links_tag ON sealed_links (tag);

CREATE TABLE jobs (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL,
  dedup        TEXT,
  priority     INTEGER NOT NULL,
  run_us       INTEGER NOT NULL,
  attempt      INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  payload      TEXT NOT NULL,
  lease        BLOB,
  leased_us    INTEGER,
  dead_us      INTEGER,
  error        TEXT
) STRICT;
CREATE INDEX jobs_waiting ON jobs (kind, priority DESC, run_us) WHERE dead_us IS NULL;
CREATE INDEX jobs_dedup ON jobs (kind, dedup) WHERE dedup IS NOT NULL AND dead_us IS NULL;
CREATE INDEX jobs_dead ON jobs (dead_us) WHERE dead_us IS NOT NULL;

CREATE TABLE notices (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  topic    TEXT NOT NULL,
  matter   BLOB,
  epoch    INTEGER NOT NULL
) STRICT;

CREATE TABLE answers (
  key    TEXT PRIMARY KEY,
  answer TEXT NOT NULL,
  at_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at ON answers (at_us);

CREATE TABLE kv (
  space      TEXT NOT NULL,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  expires_us INTEGER NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kv_expires ON kv (expires_us);
