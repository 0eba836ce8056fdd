-- How the pages look that a workspace's visitors get from MASK itself: password, not found, expired.
ALTER TABLE workspaces
  ADD COLUMN IF NOT EXISTS brand_name VARCHAR(100) NULL,
  ADD COLUMN IF NOT EXISTS brand_color CHAR(7) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT '#rrggbb',
  ADD COLUMN IF NOT EXISTS brand_logo_id BINARY(16) NULL COMMENT 'an image of the workspace';
