-- One conversation can be erased, however much the inbox remembers.
CREATE INDEX inbox_conversation ON inbox (conversation);
