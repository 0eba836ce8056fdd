-- Endpoints that have been deleted, until `maskctl maintain` has ended the deliveries that wait for them: there may be too many
-- for the transaction of the deletion.
CREATE TABLE IF NOT EXISTS deleted_webhooks (
  workspace_id BINARY(16) NOT NULL,
  webhook_id BINARY(16) NOT NULL,
  deleted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (workspace_id, webhook_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
