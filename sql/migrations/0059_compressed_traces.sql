-- Events, and what the audit log tells of changes, are compressed by MariaDB, each value by itself: whoever writes and reads
-- them, the version before included, has the same bytes as before. Dumps and the chain of the audit log have those bytes, too.
--
-- Both tables are written anew. MariaDB 11.2 does that while others write. Before, and in a Galera cluster, they wait, a second
-- for some 50 MB: a table above 128 MB stays as it is there until the administrator runs, in a quiet hour,
--
--   SET column_compression_threshold = 400, column_compression_zlib_level = 1;
--   ALTER TABLE events MODIFY body MEDIUMTEXT COMPRESSED NOT NULL;
--   ALTER TABLE audit_log MODIFY changes MEDIUMTEXT COMPRESSED NULL COMMENT 'JSON: before and after';
SET @online = 0 /*M!110200 + (SELECT variable_value = 'OFF' FROM information_schema.global_variables WHERE variable_name = 'WSREP_ON') */;

SET @statement = (
  SELECT IF(@online OR SUM(data_length) < 134217728, 'ALTER TABLE events MODIFY body MEDIUMTEXT COMPRESSED NOT NULL', 'DO 0')
  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'events');
EXECUTE IMMEDIATE @statement;

SET @statement = (
  SELECT IF(@online OR SUM(data_length) < 134217728,
            'ALTER TABLE audit_log MODIFY changes MEDIUMTEXT COMPRESSED NULL COMMENT ''JSON: before and after''', 'DO 0')
  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'audit_log');
EXECUTE IMMEDIATE @statement;
