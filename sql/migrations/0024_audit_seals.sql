-- The audit log's hash chain. A seal covers everything that was recorded in its window, and carries the hash of the seal
-- before it: whoever alters, removes or adds an entry behind its back would have to forge every later seal.
CREATE TABLE IF NOT EXISTS audit_seals (
  workspace_id BINARY(16) NOT NULL,
  number INT UNSIGNED NOT NULL,
  window_start DATETIME(3) NOT NULL COMMENT 'included',
  window_end DATETIME(3) NOT NULL COMMENT 'excluded',
  entries INT UNSIGNED NOT NULL,
  previous BINARY(32) NOT NULL,
  hash BINARY(32) NOT NULL,
  PRIMARY KEY (workspace_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
