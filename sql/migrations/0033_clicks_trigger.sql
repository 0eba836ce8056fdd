-- How the visitor came: by following the link, or by scanning its QR code.
ALTER TABLE clicks ADD COLUMN IF NOT EXISTS trigger_kind ENUM('click', 'qr') NOT NULL DEFAULT 'click';
