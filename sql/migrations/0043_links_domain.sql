-- A domain cannot go while it has links or pages, whoever makes one at the same moment: the database says so. Pages are in
-- `links` with their slugs.
ALTER TABLE links ADD CONSTRAINT links_domain FOREIGN KEY IF NOT EXISTS links_domain (domain_id) REFERENCES domains (id);
