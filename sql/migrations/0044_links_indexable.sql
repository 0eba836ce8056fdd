-- Whether search engines may list a short link's own address.
ALTER TABLE links ADD COLUMN IF NOT EXISTS indexable BOOLEAN NOT NULL DEFAULT FALSE AFTER disabled;
