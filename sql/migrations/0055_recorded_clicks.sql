-- Every click, once, in numbers of click_values: it takes the place of `clicks`. The key holds the time that nginx gave the
-- request, so inserts are nearly sequential and a request that two pools answered has the same key in both journals. Daily
-- partitions, dropped by age.
CREATE TABLE IF NOT EXISTS recorded_clicks (
  workspace_id BINARY(16) NOT NULL,
  at DATETIME(3) NOT NULL,
  id BINARY(16) NOT NULL COMMENT 'the request id of nginx',
  link INT UNSIGNED NOT NULL,
  visitor BINARY(8) NOT NULL COMMENT 'keyed hash with a salt of the day; no address is stored',
  place INT UNSIGNED NOT NULL,
  agent MEDIUMINT UNSIGNED NOT NULL,
  referrer INT UNSIGNED NOT NULL,
  campaign INT UNSIGNED NOT NULL,
  marks TINYINT UNSIGNED NOT NULL COMMENT '1 bot, 2 first of this human visitor on this link on this UTC day, 4 and 8 trigger',
  PRIMARY KEY (workspace_id, at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));

-- Who has been on which link on which day, as one number: what makes a click the first of its visitor. It takes the place of
-- click_visitors, and is dropped after two days.
CREATE TABLE IF NOT EXISTS click_visits (
  day DATE NOT NULL,
  visit BIGINT NOT NULL COMMENT 'a hash of workspace, link and visitor',
  PRIMARY KEY (day, visit)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (day) (PARTITION later VALUES LESS THAN (MAXVALUE));

-- The days of which click_visits has every visit of a workspace. Of others they are read from the clicks first: so is a journal
-- exact that comes after days.
CREATE TABLE IF NOT EXISTS click_visit_days (
  workspace_id BINARY(16) NOT NULL,
  day DATE NOT NULL,
  PRIMARY KEY (workspace_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
