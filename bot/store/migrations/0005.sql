-- What the processes know of this moment: who is at the desk, and looks at what. Without a value it was dropped. Of no
-- use after a crash of the server, and so without the log that makes each commit wait for the disk.
CREATE UNLOGGED TABLE board (
  topic text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text,
  until timestamptz NOT NULL,
  PRIMARY KEY (topic, key)
);

-- How often somebody has tried what may not be tried often, in the columns that rate-limiter-flexible wants; `expire` is
-- milliseconds since 1970.
CREATE UNLOGGED TABLE tries (
  key varchar(255) COLLATE "C" PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
CREATE INDEX tries_expire ON tries (expire);
