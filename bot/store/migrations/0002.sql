-- Who answers in a conversation, and handoffs; as in the SQLite store.
ALTER TABLE conversations
  ADD COLUMN owner text NOT NULL DEFAULT 'bot',
  ADD COLUMN agent text,
  ADD COLUMN queued_at bigint,
  ADD COLUMN waiting_since bigint,
  -- What was there before counts as touched when this ran: else all of it would be too old to be kept.
  ADD COLUMN touched_at bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000)::bigint;
CREATE INDEX conversations_owner ON conversations (owner, queued_at, id) WHERE owner <> 'bot';
CREATE INDEX conversations_touched ON conversations (touched_at);
CREATE INDEX requests_conversation ON requests (conversation);

CREATE TABLE handoffs (
  id text PRIMARY KEY,
  conversation text NOT NULL,
  initiated_at bigint NOT NULL,
  accepted_at bigint,
  ended_at bigint,
  how text,
  agent text,
  summary text NOT NULL
);
CREATE INDEX handoffs_conversation ON handoffs (conversation, initiated_at);
CREATE INDEX handoffs_age ON handoffs (initiated_at);
