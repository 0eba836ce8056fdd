-- Scans counted: trigger qr. What was not scanned has no row, and is the rest of the total.
ALTER TABLE click_rollups
  MODIFY COLUMN dimension ENUM('total', 'link', 'place', 'agent', 'referrer', 'campaign', 'trigger') NOT NULL;
