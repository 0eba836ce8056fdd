-- Requests of people who are signed in stand beside those of keys. Only what key_id means changes, which costs nothing: the primary
-- keys of the roll-ups have it, and the version before goes on writing and reading keys.
ALTER TABLE api_requests MODIFY COLUMN key_id BINARY(16) NOT NULL
  COMMENT 'who asked: a key, or a member with the first bit set';
ALTER TABLE api_usage_minutes MODIFY COLUMN key_id BINARY(16) NOT NULL
  COMMENT 'who asked: a key, or a member with the first bit set';
ALTER TABLE api_usage_quarters MODIFY COLUMN key_id BINARY(16) NOT NULL
  COMMENT 'who asked: a key, or a member with the first bit set';
