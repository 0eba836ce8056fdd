-- What was deleted and may be restored for a month. The things themselves stay in their tables, under the id of the workspace's bin
-- (Sources/Model/Bin.swift): nobody who asks for the workspace's finds them, and their slugs stay theirs. What went with another
-- thing, as a QR code with its link, has no row of its own here and comes back with it.
CREATE TABLE IF NOT EXISTS deleted_objects (
  workspace_id BINARY(16) NOT NULL COMMENT 'the bin',
  object_id BINARY(16) NOT NULL,
  kind ENUM('link', 'page', 'qr_code') NOT NULL,
  external_id VARCHAR(255) NULL COMMENT 'of a link: another one may have it meanwhile',
  disabled BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'of a link: whether it was; in the bin all are, for workers of the version before',
  deleted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, object_id),
  KEY deleted_at (deleted_at),
  KEY kind (workspace_id, kind, deleted_at),
  KEY object (workspace_id, kind, object_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
