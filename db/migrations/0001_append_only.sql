CREATE TRIGGER `entries_no_update` BEFORE UPDATE ON `entries` BEGIN
  SELECT RAISE(ABORT, 'entries is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `entries_no_delete` BEFORE DELETE ON `entries` BEGIN
  SELECT RAISE(ABORT, 'entries is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `records_no_update` BEFORE UPDATE ON `records` BEGIN
  SELECT RAISE(ABORT, 'records is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `records_no_delete` BEFORE DELETE ON `records` BEGIN
  SELECT RAISE(ABORT, 'records is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `log_leaves_no_update` BEFORE UPDATE ON `log_leaves` BEGIN
  SELECT RAISE(ABORT, 'log_leaves is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `log_leaves_no_delete` BEFORE DELETE ON `log_leaves` BEGIN
  SELECT RAISE(ABORT, 'log_leaves is append-only');
END;
