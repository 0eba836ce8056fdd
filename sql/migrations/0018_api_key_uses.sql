-- When and from where a key was last used, kept by the journal's loader. A key without a row was never used.
CREATE TABLE IF NOT EXISTS api_key_uses (
  workspace_id BINARY(16) NOT NULL,
  key_id BINARY(16) NOT NULL,
  used_at DATETIME(3) NOT NULL,
  address VARCHAR(49) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'coarse: a /24 or a /48',
  PRIMARY KEY (workspace_id, key_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
