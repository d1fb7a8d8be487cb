CREATE TABLE `approval_links` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`person_id` text NOT NULL,
	`case_id` text NOT NULL,
	`task_id` text NOT NULL,
	`subject_hash` text NOT NULL,
	`notification_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`used_at_ms` integer,
	PRIMARY KEY(`tenant`, `hash`)
);
--> statement-breakpoint
CREATE INDEX `approval_links_expiry` ON `approval_links` (`tenant`,`expires_at_ms`);