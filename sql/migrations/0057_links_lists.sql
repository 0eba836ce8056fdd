-- What lists of links are asked for finds them in their order, however many there are. (Sorted by clicks they come from
-- link_totals.)
ALTER TABLE links
  ADD KEY IF NOT EXISTS host (workspace_id, host, id),
  ADD KEY IF NOT EXISTS disabled (workspace_id, disabled, id),
  ALGORITHM=INPLACE, LOCK=NONE;
