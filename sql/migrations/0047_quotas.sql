-- Quotas that are set apart from the plan's, such as `domains=30 links=50000`: they are read with the workspace, so that asking
-- for them costs no query.
ALTER TABLE workspaces
  ADD COLUMN IF NOT EXISTS quotas VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER requests_per_minute;
