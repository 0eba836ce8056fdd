-- How many redirects of a link with max_clicks have been given out. Taken before the answer, in one statement, so that
-- no two processes can give out the last one; only such links pay for it.
CREATE TABLE IF NOT EXISTS link_budgets (
  workspace_id BINARY(16) NOT NULL,
  link_id BINARY(16) NOT NULL,
  taken INT UNSIGNED NOT NULL,
  PRIMARY KEY (workspace_id, link_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
