-- What came of each attempt at a delivery.
CREATE TABLE IF NOT EXISTS webhook_attempts (
  workspace_id BINARY(16) NOT NULL,
  delivery_id BINARY(16) NOT NULL,
  number SMALLINT UNSIGNED NOT NULL COMMENT 'from 1',
  started_at DATETIME(3) NOT NULL,
  milliseconds INT UNSIGNED NOT NULL,
  address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'that was connected to',
  http_version VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status SMALLINT UNSIGNED NULL,
  error VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  body BLOB NOT NULL COMMENT 'the first 16 KiB of the answer',
  PRIMARY KEY (workspace_id, delivery_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (delivery_id) (PARTITION later VALUES LESS THAN (MAXVALUE));
