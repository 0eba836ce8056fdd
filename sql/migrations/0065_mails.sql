-- Mails that wait, written with the change that they tell of; `maskctl mail send` sends them. What a mail says is sealed with the
-- secret key, because invitations have a link that lets somebody in, and is forgotten once the mail was sent or given up.
CREATE TABLE IF NOT EXISTS mails (
  id BINARY(16) NOT NULL,
  recipient VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'lower case; empty: the owners and admins of the workspace that it is about',
  kind ENUM('invitation', 'reset', 'sign_in', 'endpoint_failing', 'certificate_ending') NOT NULL,
  content VARBINARY(8000) NOT NULL COMMENT 'sealed; empty once nothing waits any more',
  attempts TINYINT UNSIGNED NOT NULL DEFAULT 0,
  due_at DATETIME(3) NULL COMMENT 'of the next try, or when a run that has claimed it is taken for dead; NULL: nothing waits',
  sent_at DATETIME(3) NULL COMMENT 'when it was given to the mail server, or was for nobody',
  failed_at DATETIME(3) NULL COMMENT 'when it was given up',
  complaint VARCHAR(500) NULL COMMENT 'why the last try failed',
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY due (due_at),
  KEY recipient (recipient, kind, created_at),
  KEY created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
