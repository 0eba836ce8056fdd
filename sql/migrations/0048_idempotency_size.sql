-- How long the long answers are. Adding up their lengths would read every body; most answers are short and stand in the index
-- as NULL.
ALTER TABLE idempotency_keys
  ADD COLUMN IF NOT EXISTS size INT UNSIGNED NULL COMMENT 'bytes of the body; NULL where they are few' AFTER body,
  ADD KEY IF NOT EXISTS size (workspace_id, size);
