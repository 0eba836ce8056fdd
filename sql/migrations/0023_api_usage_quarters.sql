-- Requests counted per quarter of an hour, on which the days of every time zone begin. What usage analytics read.
-- latency is a bucket of a quarter of a doubling, see LatencyHistogram: counts per bucket can be added up, percentiles not.
CREATE TABLE IF NOT EXISTS api_usage_quarters (
  workspace_id BINARY(16) NOT NULL,
  period DATETIME NOT NULL COMMENT 'the beginning of a quarter of an hour',
  key_id BINARY(16) NOT NULL,
  endpoint VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status SMALLINT UNSIGNED NOT NULL,
  latency TINYINT UNSIGNED NOT NULL,
  requests INT UNSIGNED NOT NULL,
  PRIMARY KEY (workspace_id, period, key_id, endpoint, status, latency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (period) (PARTITION later VALUES LESS THAN (MAXVALUE));
