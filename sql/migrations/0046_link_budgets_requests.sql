-- The ids of the requests that were given a redirect last, 16 bytes each: a request that nginx asks another pool about,
-- because the first one died before it answered, takes nothing twice. 128 of them: more than nginx has on their way at a time
-- for one link, without a row for each.
ALTER TABLE link_budgets ADD COLUMN IF NOT EXISTS requests VARBINARY(2048) NOT NULL DEFAULT '';
