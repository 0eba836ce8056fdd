-- Clicks as analytics read them. Columns of facts, a variable-length number (LEB128) for each fact: what was clicked, the quarter of
-- an hour of the UTC day, and the numbers of click_values; `marks` has how many clicks a fact stands for, less one, above the
-- four bits of recorded_clicks.marks.

-- What the loader has appended, a row for a batch: a few for each workspace, until they are compacted.
CREATE TABLE IF NOT EXISTS click_parts (
  workspace_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  day DATE NOT NULL,
  views BOOLEAN NOT NULL COMMENT 'of pages, in place of clicks on links',
  clicks INT UNSIGNED NOT NULL,
  links MEDIUMBLOB NOT NULL,
  quarters MEDIUMBLOB NOT NULL,
  places MEDIUMBLOB NOT NULL,
  agents MEDIUMBLOB NOT NULL,
  referrers MEDIUMBLOB NOT NULL,
  campaigns MEDIUMBLOB NOT NULL,
  marks MEDIUMBLOB NOT NULL,
  PRIMARY KEY (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- The facts of a link (or, from 2147483648 on, of a page) on a UTC day. Of links that are clicked seldom they stand together under
-- the number of their block (click_blocks), each with the place of its link in it. Part 0 is appended to; when it is full it gets
-- a number.
CREATE TABLE IF NOT EXISTS click_facts (
  workspace_id BINARY(16) NOT NULL,
  link INT UNSIGNED NOT NULL,
  day DATE NOT NULL,
  part SMALLINT UNSIGNED NOT NULL,
  facts INT UNSIGNED NOT NULL,
  summed BOOLEAN NOT NULL COMMENT 'they are in click_sums as well: whole days are read there',
  links MEDIUMBLOB NOT NULL COMMENT 'of a block',
  quarters MEDIUMBLOB NOT NULL,
  places MEDIUMBLOB NOT NULL,
  agents MEDIUMBLOB NOT NULL,
  referrers MEDIUMBLOB NOT NULL,
  campaigns MEDIUMBLOB NOT NULL,
  marks MEDIUMBLOB NOT NULL,
  PRIMARY KEY (workspace_id, link, day, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
PARTITION BY RANGE COLUMNS (day) (PARTITION later VALUES LESS THAN (MAXVALUE));

-- The facts of a quarter of an hour, a UTC day and a calendar month added up by one dimension: of the whole workspace (link 0), and
-- of a link's own rows on a busy day. Every zone's days begin on a quarter. `sums` are numbers in their order, each with its clicks
-- and how many of them are bots and humans that had been there (Sources/AnalyticsStore/Sums.swift); links are divided into
-- blocks of 65,536 numbers.
CREATE TABLE IF NOT EXISTS click_sums (
  workspace_id BINARY(16) NOT NULL,
  link INT UNSIGNED NOT NULL,
  level ENUM('quarter', 'day', 'month') NOT NULL,
  dimension ENUM('quarter', 'place', 'agent', 'referrer', 'campaign', 'trigger', 'link', 'domain') NOT NULL,
  period INT UNSIGNED NOT NULL COMMENT 'its first quarter of an hour since 1970',
  block SMALLINT UNSIGNED NOT NULL,
  sums MEDIUMBLOB NOT NULL,
  PRIMARY KEY (workspace_id, link, level, dimension, period, block)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
