CREATE TABLE `channel_deliveries` (
	`tenant` text NOT NULL,
	`delivery_id` text NOT NULL,
	`channel` text NOT NULL,
	`notification_id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`log_index` integer NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at_ms` integer NOT NULL,
	`last_error_code` text,
	`created_at_ms` integer NOT NULL,
	`delivered_at_ms` integer,
	PRIMARY KEY(`tenant`, `delivery_id`)
);
--> statement-breakpoint
CREATE INDEX `channel_deliveries_due` ON `channel_deliveries` (`next_at_ms`) WHERE status in ('pending', 'started');--> statement-breakpoint
CREATE INDEX `channel_deliveries_notification` ON `channel_deliveries` (`tenant`,`notification_id`);--> statement-breakpoint
CREATE INDEX `channel_deliveries_webhook` ON `channel_deliveries` (`tenant`,`webhook_id`,`log_index`);--> statement-breakpoint
CREATE TABLE `contact_preferences` (
	`tenant` text NOT NULL,
	`person_id` text NOT NULL,
	`lang` text NOT NULL,
	`channels` text NOT NULL,
	`addresses` text NOT NULL,
	PRIMARY KEY(`tenant`, `person_id`)
);
--> statement-breakpoint
CREATE TABLE `later_rungs` (
	`tenant` text NOT NULL,
	`effect_id` text NOT NULL,
	`rule` text NOT NULL,
	`payload` text NOT NULL,
	`case_id` text NOT NULL,
	`status` text NOT NULL,
	`due_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `effect_id`, `rule`)
);
--> statement-breakpoint
CREATE INDEX `later_rungs_due` ON `later_rungs` (`due_at_ms`) WHERE status = 'waiting';--> statement-breakpoint
CREATE TABLE `notifications` (
	`tenant` text NOT NULL,
	`notification_id` text NOT NULL,
	`person_id` text NOT NULL,
	`kind` text NOT NULL,
	`case_id` text NOT NULL,
	`case_number` text NOT NULL,
	`definition_id` text NOT NULL,
	`rule` text NOT NULL,
	`told_as` text NOT NULL,
	`template` text NOT NULL,
	`template_version` integer NOT NULL,
	`facts` text NOT NULL,
	`fraction` real NOT NULL,
	`urgent` integer NOT NULL,
	`send` integer NOT NULL,
	`calendar_id` text NOT NULL,
	`status` text NOT NULL,
	`at_ms` integer NOT NULL,
	`digest_id` text,
	`created_at_ms` integer NOT NULL,
	`sent_at_ms` integer,
	`read_at_ms` integer,
	PRIMARY KEY(`tenant`, `notification_id`)
);
--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`status`,`at_ms`) WHERE status in ('waiting', 'digest');--> statement-breakpoint
CREATE INDEX `notifications_person` ON `notifications` (`tenant`,`person_id`,`created_at_ms`,`notification_id`);--> statement-breakpoint
CREATE INDEX `notifications_sent` ON `notifications` (`tenant`,`person_id`,`case_id`,`sent_at_ms`);--> statement-breakpoint
CREATE INDEX `notifications_created` ON `notifications` (`tenant`,`created_at_ms`);--> statement-breakpoint
CREATE INDEX `notifications_digest` ON `notifications` (`tenant`,`digest_id`) WHERE digest_id is not null;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`tenant` text NOT NULL,
	`webhook_id` text NOT NULL,
	`url` text NOT NULL,
	`types` text,
	`status` text NOT NULL,
	`generation` integer NOT NULL,
	`previous_until_ms` integer,
	`after_index` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `webhook_id`)
);
