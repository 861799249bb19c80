-- An approval is signed by the service that took it: a DSSE envelope. One without it does not count, so that who writes to this
-- table alone approves nothing.

ALTER TABLE approval ADD COLUMN statement TEXT;
