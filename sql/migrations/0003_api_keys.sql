-- Keys by their SHA-256, never themselves. The digest is looked up before the workspace is known, hence its own unique key.
CREATE TABLE IF NOT EXISTS api_keys (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  name VARCHAR(255) NOT NULL,
  digest BINARY(32) NOT NULL,
  hint VARCHAR(32) NOT NULL,
  scopes SMALLINT UNSIGNED NOT NULL COMMENT 'bit set, in the order of the public page',
  requests_per_minute INT UNSIGNED NULL,
  expires_at DATETIME(3) NULL,
  revoked_at DATETIME(3) NULL,
  last_used_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE KEY digest (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
