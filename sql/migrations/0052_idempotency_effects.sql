-- What follows the change of a stored answer, such as telling the caches of other workers: whoever replays the answer carries it
-- out once more, because the worker that made the change may not have lived to do so. NULL where nothing follows.
ALTER TABLE idempotency_keys
  ADD COLUMN IF NOT EXISTS effects MEDIUMTEXT NULL COMMENT 'JSON: links and pages by HOST/SLUG, access, brand, sender' AFTER sealed;
