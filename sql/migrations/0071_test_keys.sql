-- Keys that work in the workspace's sandbox (Sources/Model/Sandbox.swift). The row is the workspace's as every key's is: only what is
-- made with it stands under the sandbox's id.
ALTER TABLE api_keys
  ADD COLUMN IF NOT EXISTS test BOOLEAN NOT NULL DEFAULT FALSE AFTER name,
  ALGORITHM=INSTANT;
