-- An event gets its sequence when it is first picked up: a counter in the writers' transactions would serialise a whole
-- workspace. Until then it has none, and `waiting` finds it. Ids begin with their time, so partitions of ids are
-- partitions of time.
ALTER TABLE events
  ADD COLUMN IF NOT EXISTS lane TINYINT UNSIGNED NOT NULL DEFAULT 0 AFTER type,
  ADD COLUMN IF NOT EXISTS webhook_id BINARY(16) NULL COMMENT 'the only endpoint that is told: a test' AFTER lane,
  ADD COLUMN IF NOT EXISTS sequence BIGINT UNSIGNED NULL AFTER webhook_id,
  ADD KEY IF NOT EXISTS waiting (sequence, lane, id);
