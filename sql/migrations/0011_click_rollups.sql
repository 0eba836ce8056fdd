-- Clicks counted per quarter of an hour (every time zone's days begin on one), link and value: what analytics read.
-- Link 0 (sixteen zero bytes) is the whole workspace.
-- A dimension keeps values that belong together in one row, divided by U+001F, so that one click touches few rows:
--   total '' | link <id> | place country,city | agent device,browser,os | referrer host | campaign source,medium,campaign
-- A value that says nothing (no referrer, no place, no campaign) has no row: it is the rest of the total.
CREATE TABLE IF NOT EXISTS click_rollups (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  dimension ENUM('total', 'link', 'place', 'agent', 'referrer', 'campaign') NOT NULL,
  period DATETIME NOT NULL COMMENT 'its beginning',
  value VARBINARY(1600) NOT NULL,
  clicks INT UNSIGNED NOT NULL,
  humans INT UNSIGNED NOT NULL,
  uniques INT UNSIGNED NOT NULL,
  PRIMARY KEY (workspace_id, link_id, dimension, period, value)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
