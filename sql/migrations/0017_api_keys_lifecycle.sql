-- Where a key may be used from, who made it, and by which it was replaced. Its last use stands in api_key_uses, which the
-- journal's loader writes: here it would make every request wait for whoever changes the key.
ALTER TABLE api_keys
  ADD COLUMN IF NOT EXISTS allowed_addresses TEXT CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'CIDR ranges, divided by spaces' AFTER requests_per_minute,
  ADD COLUMN IF NOT EXISTS creator_id BINARY(16) NULL COMMENT 'a member; NULL for maskctl' AFTER allowed_addresses,
  ADD COLUMN IF NOT EXISTS successor_id BINARY(16) NULL COMMENT 'the key that rotation made in its place' AFTER creator_id,
  ADD COLUMN IF NOT EXISTS rotated_at DATETIME(3) NULL AFTER expires_at,
  ADD COLUMN IF NOT EXISTS version INT UNSIGNED NOT NULL DEFAULT 1 AFTER revoked_at,
  DROP COLUMN IF EXISTS last_used_at;
