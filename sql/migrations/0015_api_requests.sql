-- One row for each API request, loaded from the journal: what usage analytics and the audit of reads are made of.
CREATE TABLE IF NOT EXISTS api_requests (
  workspace_id BINARY(16) NOT NULL,
  at DATETIME(3) NOT NULL,
  id BINARY(16) NOT NULL COMMENT 'the request id of nginx',
  key_id BINARY(16) NOT NULL,
  endpoint VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'method and route pattern',
  status SMALLINT UNSIGNED NOT NULL,
  microseconds INT UNSIGNED NOT NULL,
  PRIMARY KEY (workspace_id, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));
