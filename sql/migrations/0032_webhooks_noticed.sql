-- When the sender last noted that an endpoint has been failing for days: one entry in the audit log for each such day. What
-- it was noted for is told by the time since which the endpoint fails, so that nothing is to be reset when it recovers.
ALTER TABLE webhooks ADD COLUMN IF NOT EXISTS noticed_at DATETIME(3) NULL AFTER disabled_at;
