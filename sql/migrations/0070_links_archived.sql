-- Links that still lead, and are out of the lists; what their owner notes about a link; and links by when they begin and end, for
-- lists of those that have not begun or have ended.
ALTER TABLE links
  ADD COLUMN IF NOT EXISTS archived BOOLEAN NOT NULL DEFAULT FALSE AFTER indexable,
  ADD COLUMN IF NOT EXISTS notes VARCHAR(2000) NULL AFTER external_id,
  ALGORITHM=INSTANT;
ALTER TABLE links
  ADD KEY IF NOT EXISTS archived (workspace_id, archived, id),
  ADD KEY IF NOT EXISTS starts_at (workspace_id, starts_at),
  ADD KEY IF NOT EXISTS expires_at (workspace_id, expires_at),
  ALGORITHM=INPLACE, LOCK=NONE;
