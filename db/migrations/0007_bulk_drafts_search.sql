CREATE TABLE `bulk_items` (
	`tenant` text NOT NULL,
	`job_id` text NOT NULL,
	`n` integer NOT NULL,
	`task_id` text NOT NULL,
	`case_id` text,
	`status` text NOT NULL,
	`code` text,
	`seq` integer,
	`at_ms` integer,
	PRIMARY KEY(`tenant`, `job_id`, `n`)
);
--> statement-breakpoint
CREATE INDEX `bulk_items_waiting` ON `bulk_items` (`tenant`,`job_id`,`n`) WHERE status = 'waiting';--> statement-breakpoint
CREATE TABLE `bulk_jobs` (
	`tenant` text NOT NULL,
	`job_id` text NOT NULL,
	`starter_id` text NOT NULL,
	`key_id` text,
	`verb` text NOT NULL,
	`to_id` text,
	`text_nonce` blob,
	`text_ciphertext` blob,
	`dry_run` integer NOT NULL,
	`per_second` integer NOT NULL,
	`total` integer NOT NULL,
	`status` text NOT NULL,
	`started_at_ms` integer NOT NULL,
	`ended_at_ms` integer,
	PRIMARY KEY(`tenant`, `job_id`)
);
--> statement-breakpoint
CREATE INDEX `bulk_jobs_starter` ON `bulk_jobs` (`tenant`,`starter_id`,`started_at_ms`,`job_id`);--> statement-breakpoint
CREATE INDEX `bulk_jobs_open` ON `bulk_jobs` (`tenant`,`starter_id`,`job_id`) WHERE ended_at_ms is null;--> statement-breakpoint
CREATE TABLE `drafts` (
	`tenant` text NOT NULL,
	`task_id` text NOT NULL,
	`person_id` text NOT NULL,
	`subject` text NOT NULL,
	`nonce` blob NOT NULL,
	`ciphertext` blob NOT NULL,
	`saved_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `task_id`, `person_id`)
);
--> statement-breakpoint
CREATE INDEX `drafts_subject` ON `drafts` (`tenant`,`subject`);--> statement-breakpoint
CREATE TABLE `search_rows` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`n` integer NOT NULL,
	`pending` integer NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_rows_n` ON `search_rows` (`n`);--> statement-breakpoint
CREATE INDEX `search_rows_pending` ON `search_rows` (`n`) WHERE pending = 1;--> statement-breakpoint
CREATE VIRTUAL TABLE `case_search` USING fts5(`terms`, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');--> statement-breakpoint
INSERT INTO `search_rows` (`tenant`, `case_id`, `n`, `pending`) SELECT `tenant`, `case_id`, row_number() OVER (ORDER BY `opened_at`, `case_id`), 1 FROM `cases`;--> statement-breakpoint
CREATE TRIGGER `drafts_task_closed` AFTER UPDATE OF `status` ON `tasks` WHEN NEW.`status` <> 'open' BEGIN
  DELETE FROM `drafts` WHERE `tenant` = NEW.`tenant` AND `task_id` = NEW.`task_id`;
END;--> statement-breakpoint
CREATE TRIGGER `drafts_task_gone` AFTER DELETE ON `tasks` BEGIN
  DELETE FROM `drafts` WHERE `tenant` = OLD.`tenant` AND `task_id` = OLD.`task_id`;
END;
