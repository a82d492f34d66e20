-- How often customers came to which step, and what they thought of a handoff; as in the SQLite store.
ALTER TABLE handoffs ADD COLUMN rating integer;

CREATE TABLE counts (
  day text NOT NULL,
  channel text NOT NULL,
  flow text NOT NULL,
  step text NOT NULL,
  what text NOT NULL,
  detail text NOT NULL,
  shard integer NOT NULL,
  times bigint NOT NULL,
  PRIMARY KEY (day, channel, flow, step, what, detail, shard)
);
