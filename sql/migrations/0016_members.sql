-- Who works in a workspace, and as what. What the keys that a member makes can do ends where the member's role ends.
CREATE TABLE IF NOT EXISTS members (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'lower case',
  name VARCHAR(255) NOT NULL,
  role ENUM('owner', 'admin', 'member', 'viewer') NOT NULL,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE KEY email (workspace_id, email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
