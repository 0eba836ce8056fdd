-- Tenants. Everything else hangs on a workspace, by id.
CREATE TABLE IF NOT EXISTS workspaces (
  id BINARY(16) NOT NULL PRIMARY KEY,
  slug VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) NOT NULL,
  plan ENUM('hobby', 'pro', 'enterprise') NOT NULL,
  requests_per_minute INT UNSIGNED NULL COMMENT 'set apart from the plan',
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
