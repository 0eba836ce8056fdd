-- What the audit log tells of requests that changed nothing: reads and refusals. recorded_at is when the journal's loader
-- stored the row; the audit chain is sealed along it, because requests can be recorded long after they were made.
ALTER TABLE api_requests
  ADD COLUMN IF NOT EXISTS resource VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER endpoint,
  ADD COLUMN IF NOT EXISTS changed BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'audit_log has what it changed' AFTER microseconds,
  ADD COLUMN IF NOT EXISTS address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER changed,
  ADD COLUMN IF NOT EXISTS user_agent VARCHAR(512) NOT NULL DEFAULT '' AFTER address,
  ADD COLUMN IF NOT EXISTS recorded_at DATETIME(3) NOT NULL DEFAULT '1970-01-02' AFTER user_agent,
  ADD KEY IF NOT EXISTS recorded (workspace_id, recorded_at);
