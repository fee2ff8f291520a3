-- Numbers that belong to the whole store; one row.
CREATE TABLE head (
  one          boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch        bigint NOT NULL DEFAULT 0,
  ledger_size  bigint NOT NULL DEFAULT 0,
  last_notice  bigint NOT NULL DEFAULT 0
);
INSERT INTO head DEFAULT VALUES;

-- Its row is held from the first object of a commit to its end: date_added rises in commit order.
CREATE TABLE object_head (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  last_added_us bigint NOT NULL DEFAULT 0
);
INSERT INTO object_head DEFAULT VALUES;

-- The ledger: primary, append only. seq is given by the sequencer; wrapped_key goes on redaction.
CREATE TABLE events (
  arrival     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seq         bigint,
  id          bytea NOT NULL CONSTRAINT events_id UNIQUE,
  matter      bytea NOT NULL,
  version     bigint NOT NULL,
  matter_kind text NOT NULL,
  kind        text NOT NULL,
  recorded_us bigint NOT NULL,
  cipher      bytea NOT NULL,
  wrapped_key bytea,
  leaf        bytea NOT NULL,
  CONSTRAINT events_matter_version UNIQUE (matter, version)
);
ALTER TABLE events ALTER COLUMN cipher SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX events_seq ON events (seq) WHERE seq IS NOT NULL;
CREATE INDEX events_unordered ON events (arrival) WHERE seq IS NULL;

-- C2SP tlog-tiles of 256 hashes.
CREATE TABLE tiles (
  tile_row smallint NOT NULL,
  number   bigint NOT NULL,
  hashes   bytea NOT NULL,
  PRIMARY KEY (tile_row, number)
);

CREATE TABLE checkpoints (
  size  bigint PRIMARY KEY,
  note  text NOT NULL,
  at_us bigint NOT NULL
);

-- Events whose key was destroyed: a restore from an older copy replays this list.
CREATE TABLE shredded (
  event bytea PRIMARY KEY,
  at_us bigint NOT NULL
);

CREATE TABLE audiences (
  id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  form text NOT NULL,
  -- A form may be longer than an index entry can be.
  sha256 bytea NOT NULL CONSTRAINT audiences_form UNIQUE
);

-- Projections of matters. words are the search text's tokens; keys its postings and lookups.
CREATE TABLE records (
  row      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id       bytea PRIMARY KEY,
  kind     text NOT NULL,
  version  bigint NOT NULL,
  audience integer NOT NULL,
  state    text NOT NULL,
  owner    bytea,
  scope    bytea,
  sort_us  bigint NOT NULL,
  due_us   bigint NOT NULL,
  tlp      smallint NOT NULL,
  text     text NOT NULL,
  words    text[] NOT NULL,
  keys     text NOT NULL,
  body     text NOT NULL
);
CREATE INDEX records_newest ON records (kind, sort_us, id);
CREATE INDEX records_due ON records (kind, due_us, id);
CREATE INDEX records_visible ON records (kind, audience, state, tlp);
CREATE INDEX records_owner ON records (owner, kind, sort_us) WHERE owner IS NOT NULL;
CREATE INDEX records_scope ON records (scope, kind, sort_us) WHERE scope IS NOT NULL;
CREATE INDEX records_words ON records USING gin (words);

CREATE TABLE lookups (
  space  text COLLATE "C" NOT NULL,
  key    text COLLATE "C" NOT NULL,
  matter bytea NOT NULL,
  CONSTRAINT lookups_key PRIMARY KEY (space, key)
);

CREATE TABLE postings (
  space  text COLLATE "C" NOT NULL,
  value  text COLLATE "C" NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (space, value, record)
);
CREATE INDEX postings_record ON postings (record);

-- Threat objects, keyed by the moment they were added, which is unique in the store.
CREATE TABLE objects (
  added_us   bigint PRIMARY KEY,
  collection bytea NOT NULL,
  audience   integer NOT NULL,
  first      boolean NOT NULL DEFAULT true,
  last       boolean NOT NULL DEFAULT true,
  version_us bigint NOT NULL,
  expires_us bigint,
  key        bytea NOT NULL,
  source     bytea NOT NULL,
  stix_id    text COLLATE "C" NOT NULL,
  stix_type  text COLLATE "C" NOT NULL,
  spec       text COLLATE "C" NOT NULL,
  title      text NOT NULL,
  words      text[] NOT NULL,
  raw        text NOT NULL,
  CONSTRAINT objects_id UNIQUE (stix_id, collection, version_us)
);
CREATE INDEX objects_order ON objects (collection, added_us);
CREATE INDEX objects_visible ON objects (audience, collection, stix_type, added_us);
CREATE INDEX objects_words ON objects USING gin (words);

CREATE TABLE object_values (
  space  text COLLATE "C" NOT NULL,
  value  text COLLATE "C" NOT NULL,
  object bigint NOT NULL,
  PRIMARY KEY (space, value, object)
);
CREATE INDEX object_values_object ON object_values (object);

CREATE TABLE object_refs (
  target text COLLATE "C" NOT NULL,
  object bigint NOT NULL,
  PRIMARY KEY (target, object)
);
CREATE INDEX object_refs_object ON object_refs (object);

-- What was withdrawn from a collection, so that an import's root can still be checked.
CREATE TABLE withdrawn (
  added_us   bigint PRIMARY KEY,
  collection bytea NOT NULL,
  stix_id    text NOT NULL,
  version_us bigint NOT NULL,
  source     bytea NOT NULL,
  sha256     bytea NOT NULL
);

CREATE TABLE blobs (
  id          bytea PRIMARY KEY,
  matter      bytea NOT NULL,
  sha256      bytea NOT NULL,
  cipher      bytea NOT NULL,
  wrapped_key bytea
);
ALTER TABLE blobs ALTER COLUMN cipher SET STORAGE EXTERNAL;
CREATE INDEX blobs_of_matter ON blobs (matter);

CREATE TABLE sealed_links (
  handle bytea PRIMARY KEY,
  tag    bytea NOT NULL,
  boxed  bytea NOT NULL
);
CREATE INDEX sealed_links_tag ON sealed_links (tag);

CREATE TABLE jobs (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         text NOT NULL,
  dedup        text,
  priority     smallint NOT NULL,
  run_us       bigint NOT NULL,
  attempt      integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL,
  payload      text NOT NULL,
  lease        bytea,
  leased_us    bigint,
  dead_us      bigint,
  error        text
);
CREATE INDEX jobs_waiting ON jobs (kind, priority DESC, run_us) WHERE dead_us IS NULL;
CREATE INDEX jobs_dedup ON jobs (kind, dedup) WHERE dedup IS NOT NULL AND dead_us IS NULL;
CREATE INDEX jobs_dead ON jobs (dead_us) WHERE dead_us IS NOT NULL;

-- position is given when first read, after the commit: no node can read past a slower one's notice.
CREATE TABLE notices (
  arrival  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position bigint,
  topic    text NOT NULL,
  matter   bytea,
  epoch    bigint NOT NULL
);
CREATE UNIQUE INDEX notices_position ON notices (position) WHERE position IS NOT NULL;
CREATE INDEX notices_unordered ON notices (arrival) WHERE position IS NULL;

CREATE TABLE answers (
  key    text COLLATE "C" CONSTRAINT answers_key PRIMARY KEY,
  answer text NOT NULL,
  at_us  bigint NOT NULL
);
CREATE INDEX answers_at ON answers (at_us);

CREATE TABLE kv (
  space      text COLLATE "C" NOT NULL,
  key        text COLLATE "C" NOT NULL,
  value      text NOT NULL,
  expires_us bigint NOT NULL,
  PRIMARY KEY (space, key)
);
CREATE INDEX kv_expires ON kv (expires_us);
