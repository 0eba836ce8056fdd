-- Who did what. A mutation's row is written in the mutation's own transaction. Monthly partitions, dropped by age.
CREATE TABLE IF NOT EXISTS audit_log (
  workspace_id BINARY(16) NOT NULL,
  at DATETIME(3) NOT NULL,
  id BINARY(16) NOT NULL,
  actor VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'a key id, or maskctl',
  action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  resource VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_agent VARCHAR(512) NOT NULL,
  request_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  changes MEDIUMTEXT NULL COMMENT 'JSON: before and after',
  PRIMARY KEY (workspace_id, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));
