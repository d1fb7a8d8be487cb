CREATE TABLE `absences` (
	`tenant` text NOT NULL,
	`absence_id` text NOT NULL,
	`person_id` text NOT NULL,
	`reason` text NOT NULL,
	`from_ms` integer NOT NULL,
	`until_ms` integer NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`tenant`, `absence_id`)
);
--> statement-breakpoint
CREATE INDEX `absences_person` ON `absences` (`tenant`,`person_id`,`until_ms`);--> statement-breakpoint
CREATE TABLE `delegations` (
	`tenant` text NOT NULL,
	`delegation_id` text NOT NULL,
	`kind` text NOT NULL,
	`person_id` text NOT NULL,
	`delegate_id` text NOT NULL,
	`from_ms` integer NOT NULL,
	`until_ms` integer,
	`roles` text,
	`case_kinds` text,
	`limits` text,
	`status` text NOT NULL,
	PRIMARY KEY(`tenant`, `delegation_id`)
);
--> statement-breakpoint
CREATE INDEX `delegations_delegate` ON `delegations` (`tenant`,`delegate_id`,`status`);--> statement-breakpoint
CREATE INDEX `delegations_person` ON `delegations` (`tenant`,`person_id`,`status`);--> statement-breakpoint
CREATE TABLE `people_history` (
	`tenant` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`n` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`actor_id` text NOT NULL,
	`type` text NOT NULL,
	`content` text NOT NULL,
	`salt` text NOT NULL,
	`record_n` integer NOT NULL,
	PRIMARY KEY(`tenant`, `subject_kind`, `subject_id`, `n`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `people_history_record` ON `people_history` (`tenant`,`record_n`);--> statement-breakpoint
CREATE TABLE `tenant_settings` (
	`tenant` text NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`tenant`, `name`)
);
--> statement-breakpoint
CREATE TABLE `authority` (
	`tenant` text NOT NULL,
	`holder_kind` text NOT NULL,
	`holder_id` text NOT NULL,
	`case_kind` text NOT NULL,
	`currency` text NOT NULL,
	`from_ms` integer NOT NULL,
	`until_ms` integer,
	`amount` integer NOT NULL,
	PRIMARY KEY(`tenant`, `holder_kind`, `holder_id`, `case_kind`, `currency`, `from_ms`)
);
--> statement-breakpoint
CREATE TABLE `roles` (
	`tenant` text NOT NULL,
	`role_id` text NOT NULL,
	`title_zh` text NOT NULL,
	`title_en` text NOT NULL,
	PRIMARY KEY(`tenant`, `role_id`)
);
--> statement-breakpoint
ALTER TABLE `departments` ADD `parent_id` text;--> statement-breakpoint
ALTER TABLE `departments` ADD `head_id` text;--> statement-breakpoint
ALTER TABLE `departments` ADD `status` text DEFAULT 'active' NOT NULL;--> statement-breakpoint
CREATE INDEX `departments_head` ON `departments` (`tenant`,`head_id`);--> statement-breakpoint
ALTER TABLE `people` ADD `human_id` text;--> statement-breakpoint
ALTER TABLE `people` ADD `superior_id` text;--> statement-breakpoint
ALTER TABLE `people` ADD `calendar_id` text;--> statement-breakpoint
CREATE INDEX `people_human` ON `people` (`tenant`,`human_id`);--> statement-breakpoint
CREATE INDEX `people_superior` ON `people` (`tenant`,`superior_id`);--> statement-breakpoint
ALTER TABLE `person_groups` ADD `from_ms` integer;--> statement-breakpoint
ALTER TABLE `person_groups` ADD `until_ms` integer;--> statement-breakpoint
INSERT INTO `authority` (`tenant`, `holder_kind`, `holder_id`, `case_kind`, `currency`, `from_ms`, `until_ms`, `amount`)
  SELECT `tenant`, 'person', `person_id`, '', `currency`, 0, NULL, `amount` FROM `authority_limits`;
--> statement-breakpoint
DROP TABLE `authority_limits`;
--> statement-breakpoint
CREATE TRIGGER `people_history_no_update` BEFORE UPDATE ON `people_history` BEGIN
  SELECT RAISE(ABORT, 'people_history is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `people_history_no_delete` BEFORE DELETE ON `people_history` BEGIN
  SELECT RAISE(ABORT, 'people_history is append-only');
END;
