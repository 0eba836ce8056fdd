-- Every click, once. The key holds the time that nginx gave the request, so inserts are nearly sequential and a request
-- that two pools answered has the same key in both journals. Daily partitions, dropped by age.
CREATE TABLE IF NOT EXISTS clicks (
  workspace_id BINARY(16) NOT NULL,
  at DATETIME(3) NOT NULL,
  id BINARY(16) NOT NULL COMMENT 'the request id of nginx',
  link_id BINARY(16) NOT NULL,
  visitor BINARY(8) NOT NULL COMMENT 'keyed hash with a salt of the day; no address is stored',
  first_visit BOOLEAN NOT NULL COMMENT 'first of this human visitor on this link on this UTC day',
  bot BOOLEAN NOT NULL,
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  city VARCHAR(100) NOT NULL,
  device VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  browser VARCHAR(32) NOT NULL,
  os VARCHAR(32) NOT NULL,
  referrer VARCHAR(253) NOT NULL,
  utm_source VARCHAR(128) NOT NULL,
  utm_medium VARCHAR(128) NOT NULL,
  utm_campaign VARCHAR(128) NOT NULL,
  PRIMARY KEY (workspace_id, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));
