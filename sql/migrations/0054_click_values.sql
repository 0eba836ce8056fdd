-- What clicks have in common as numbers, counted for each workspace and kind: rows and columns of clicks then hold few bytes.
-- Nothing here changes or goes as long as its workspace is there. 0 stands for a value that says nothing.
CREATE TABLE IF NOT EXISTS click_values (
  workspace_id BINARY(16) NOT NULL,
  kind ENUM('link', 'page', 'domain', 'place', 'agent', 'referrer', 'campaign') NOT NULL,
  number INT UNSIGNED NOT NULL,
  digest BINARY(16) NOT NULL COMMENT 'the id of a link or page; of other values the first half of their SHA-256',
  value VARBINARY(1600) NOT NULL COMMENT 'country,city | device,browser,os,bot | host | source,medium,campaign, divided by U+001F',
  PRIMARY KEY (workspace_id, kind, number),
  UNIQUE KEY digest (workspace_id, kind, digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- The last number of each kind, and how many of a day: values of strangers are bounded.
CREATE TABLE IF NOT EXISTS click_numbers (
  workspace_id BINARY(16) NOT NULL,
  kind ENUM('link', 'page', 'domain', 'place', 'agent', 'referrer', 'campaign') NOT NULL,
  last INT UNSIGNED NOT NULL,
  day DATE NOT NULL COMMENT 'on which the last one was made',
  made INT UNSIGNED NOT NULL COMMENT 'on that day',
  PRIMARY KEY (workspace_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- Numbers of links are given in blocks of 256, each to links of one domain: a number tells the domain, of a link that is deleted
-- too. Of links the last number in click_numbers is that of a block.
CREATE TABLE IF NOT EXISTS click_blocks (
  workspace_id BINARY(16) NOT NULL,
  block INT UNSIGNED NOT NULL COMMENT 'a link number divided by 256',
  domain INT UNSIGNED NOT NULL,
  links SMALLINT UNSIGNED NOT NULL COMMENT 'that have a number in it: 255 at the most, as the first is the block itself',
  PRIMARY KEY (workspace_id, block),
  KEY domain (workspace_id, domain, block)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

-- Links that are of another domain than their block: they have moved since their first click.
CREATE TABLE IF NOT EXISTS click_moves (
  workspace_id BINARY(16) NOT NULL,
  link INT UNSIGNED NOT NULL,
  domain INT UNSIGNED NOT NULL,
  PRIMARY KEY (workspace_id, link)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
