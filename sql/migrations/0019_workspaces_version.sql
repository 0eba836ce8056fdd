-- The entity tag of a workspace, and what an update compares with.
ALTER TABLE workspaces ADD COLUMN IF NOT EXISTS version INT UNSIGNED NOT NULL DEFAULT 1 AFTER requests_per_minute;
