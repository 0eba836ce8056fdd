-- A tag is one however it is typed: the characters U+FE0E and U+FE0F, which only say whether the one before them is to be
-- coloured, are stored no longer, and nobody looks for them. Tags that were stored with one are found again.
UPDATE IGNORE link_tags
  SET tag = REPLACE(REPLACE(tag, CONVERT(X'EFB88E' USING utf8mb4), ''), CONVERT(X'EFB88F' USING utf8mb4), '')
  WHERE tag LIKE CONCAT('%', CONVERT(X'EFB88E' USING utf8mb4), '%') OR tag LIKE CONCAT('%', CONVERT(X'EFB88F' USING utf8mb4), '%');
-- The link has the tag in both spellings.
DELETE FROM link_tags
  WHERE tag LIKE CONCAT('%', CONVERT(X'EFB88E' USING utf8mb4), '%') OR tag LIKE CONCAT('%', CONVERT(X'EFB88F' USING utf8mb4), '%');
UPDATE links
  SET tags = REPLACE(REPLACE(tags, CONVERT(X'EFB88E' USING utf8mb4), ''), CONVERT(X'EFB88F' USING utf8mb4), '')
  WHERE tags LIKE CONCAT('%', CONVERT(X'EFB88E' USING utf8mb4), '%') OR tags LIKE CONCAT('%', CONVERT(X'EFB88F' USING utf8mb4), '%');
UPDATE webhooks
  SET tag = REPLACE(REPLACE(tag, CONVERT(X'EFB88E' USING utf8mb4), ''), CONVERT(X'EFB88F' USING utf8mb4), '')
  WHERE tag LIKE CONCAT('%', CONVERT(X'EFB88E' USING utf8mb4), '%') OR tag LIKE CONCAT('%', CONVERT(X'EFB88F' USING utf8mb4), '%');
