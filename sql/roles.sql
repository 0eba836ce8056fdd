-- What the worker and the sender may do with each table. `maskctl migrate` applies this file to the database after the
-- migrations, in every run: grants that are there already change nothing. A later version that takes something away says
-- REVOKE at the end.

-- ---- mask_worker ---------------------------------------------------------------------------------------------------

-- What people make, change and delete over the API and with maskctl.
GRANT SELECT, INSERT, UPDATE, DELETE ON links TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON domains TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON qr_codes TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bio_pages TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bio_page_links TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_lanes TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON link_texts TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON link_totals TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON link_budgets TO mask_worker;

-- People who sign in, and what lets them in.
GRANT SELECT, INSERT, UPDATE ON users TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys TO mask_worker;
GRANT SELECT, INSERT, DELETE ON recovery_codes TO mask_worker;
GRANT SELECT, INSERT, DELETE ON challenges TO mask_worker;
GRANT SELECT, INSERT, DELETE ON one_time_links TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON known_networks TO mask_worker;

-- Mails wait here; maskctl mail send claims them and notes what came of it, and mask-admin forgets them.
GRANT SELECT, INSERT, UPDATE ON mails TO mask_worker;

-- Written whole and deleted whole; brought under the id of the workspace's bin, and back.
GRANT SELECT, INSERT, UPDATE, DELETE ON link_tags TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bio_page_versions TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON deleted_objects TO mask_worker;
GRANT SELECT, INSERT, DELETE ON images TO mask_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON qr_code_logos TO mask_worker;

-- A key is revoked, and stays until its workspace goes. Only mask-admin deletes a workspace, with all that it has.
GRANT SELECT, INSERT, UPDATE ON workspaces TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON api_keys TO mask_worker;

-- What the journal's loader stores and counts. What has happened is not changed, and only mask-admin forgets it.
GRANT SELECT, INSERT ON recorded_clicks TO mask_worker;
GRANT SELECT, INSERT ON page_views TO mask_worker;
-- Of the version before: its workers add, those of this one move.
GRANT SELECT, INSERT, DELETE ON clicks TO mask_worker;
GRANT SELECT, INSERT ON click_visitors TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_rollups TO mask_worker;
GRANT SELECT, INSERT ON click_visits TO mask_worker;
GRANT SELECT, INSERT ON click_visit_days TO mask_worker;
GRANT SELECT, INSERT ON click_values TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_numbers TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_blocks TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_moves TO mask_worker;
GRANT SELECT, INSERT ON api_requests TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_facts TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON click_sums TO mask_worker;
-- What has been appended is moved to where it is counted.
GRANT SELECT, INSERT, DELETE ON click_parts TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON api_usage_minutes TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON api_usage_quarters TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON api_key_uses TO mask_worker;
GRANT SELECT, INSERT, UPDATE ON journal_segments TO mask_worker;
GRANT SELECT, INSERT ON visitor_salts TO mask_worker;

-- The audit log grows and never changes: who breaks into a worker cannot wipe out the traces, nor what seals them.
GRANT SELECT, INSERT ON audit_log TO mask_worker;
GRANT SELECT, INSERT ON audit_seals TO mask_worker;

-- Events and deliveries are made here and worked off by the sender.
GRANT SELECT, INSERT ON events TO mask_worker;
GRANT SELECT, INSERT ON webhook_deliveries TO mask_worker;
GRANT SELECT ON webhook_attempts TO mask_worker;
GRANT INSERT ON deleted_webhooks TO mask_worker;

-- Whose links are not found any more.
GRANT SELECT ON deleted_workspaces TO mask_worker;

-- What searches pass over: mask-admin makes it, and who changes a text drops it.
GRANT SELECT, DELETE ON link_text_blocks TO mask_worker;

-- Whether every link has its text for searches.
GRANT SELECT ON link_text_passes TO mask_worker;

-- Whether the schema is new enough.
GRANT SELECT ON schema_migrations TO mask_worker;

-- ---- mask_sender ---------------------------------------------------------------------------------------------------

-- What is to be sent and to whom; an event gets its number here.
GRANT SELECT, UPDATE (sequence) ON events TO mask_sender;
GRANT SELECT, INSERT, UPDATE ON event_sequences TO mask_sender;
GRANT SELECT, UPDATE (enabled, disabled_reason, disabled_at, noticed_at, version, updated_at) ON webhooks TO mask_sender;

-- Its own books.
GRANT SELECT, UPDATE ON webhook_lanes TO mask_sender;
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO mask_sender;
GRANT SELECT, INSERT ON webhook_attempts TO mask_sender;

-- That it has disabled an endpoint stands in the audit log, which it cannot read.
GRANT INSERT ON audit_log TO mask_sender;

-- That an endpoint is failing is mailed to people whom it cannot look up: maskctl mail send does.
GRANT INSERT ON mails TO mask_sender;
