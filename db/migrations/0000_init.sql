CREATE TABLE `case_facets` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`facet` text NOT NULL,
	`opened_at` text NOT NULL,
	`due_sort` text NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`, `facet`)
);
--> statement-breakpoint
CREATE INDEX `case_facets_opened` ON `case_facets` (`tenant`,`facet`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `case_facets_due` ON `case_facets` (`tenant`,`facet`,`due_sort`,`case_id`);--> statement-breakpoint
CREATE TABLE `cases` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`number` text NOT NULL,
	`kind` text NOT NULL,
	`definition_id` text NOT NULL,
	`definition_version` text NOT NULL,
	`definition_hash` text NOT NULL,
	`profile` text,
	`mode` text,
	`status` text NOT NULL,
	`states` text NOT NULL,
	`state` text NOT NULL,
	`last_seq` integer NOT NULL,
	`rev` integer NOT NULL,
	`epoch` integer NOT NULL,
	`head_hash` text NOT NULL,
	`owner` text,
	`department` text,
	`received_at` text NOT NULL,
	`opened_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`closed_at` text,
	`due_at` text,
	`due_sort` text NOT NULL,
	`breached` integer NOT NULL,
	`incident` integer NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`)
);
--> statement-breakpoint
CREATE INDEX `cases_number` ON `cases` (`tenant`,`number`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_opened` ON `cases` (`tenant`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_status_opened` ON `cases` (`tenant`,`status`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_kind_opened` ON `cases` (`tenant`,`kind`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_definition_opened` ON `cases` (`tenant`,`definition_id`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_department_opened` ON `cases` (`tenant`,`department`,`opened_at`,`case_id`) WHERE department is not null;--> statement-breakpoint
CREATE INDEX `cases_breached_opened` ON `cases` (`tenant`,`opened_at`,`case_id`) WHERE breached > 0;--> statement-breakpoint
CREATE INDEX `cases_incident_opened` ON `cases` (`tenant`,`opened_at`,`case_id`) WHERE incident > 0;--> statement-breakpoint
CREATE INDEX `cases_due` ON `cases` (`tenant`,`due_sort`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_status_due` ON `cases` (`tenant`,`status`,`due_sort`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_kind_due` ON `cases` (`tenant`,`kind`,`due_sort`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_definition_due` ON `cases` (`tenant`,`definition_id`,`due_sort`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_department_due` ON `cases` (`tenant`,`department`,`due_sort`,`case_id`) WHERE department is not null;--> statement-breakpoint
CREATE INDEX `cases_breached_due` ON `cases` (`tenant`,`due_sort`,`case_id`) WHERE breached > 0;--> statement-breakpoint
CREATE INDEX `cases_incident_due` ON `cases` (`tenant`,`due_sort`,`case_id`) WHERE incident > 0;--> statement-breakpoint
CREATE TABLE `deadlines` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`started_at` text NOT NULL,
	`due_at` text,
	`stopped_at` text,
	`breached_at` text,
	`detail` text NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`, `name`)
);
--> statement-breakpoint
CREATE INDEX `deadlines_running` ON `deadlines` (`tenant`,`due_at`,`case_id`,`name`) WHERE status = 'running';--> statement-breakpoint
CREATE TABLE `documents` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`document_id` text NOT NULL,
	`key` text NOT NULL,
	`status` text NOT NULL,
	`sha256` text,
	`size_bytes` integer,
	`media_type` text,
	`at` text NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`, `document_id`)
);
--> statement-breakpoint
CREATE INDEX `documents_sha256` ON `documents` (`tenant`,`sha256`,`case_id`);--> statement-breakpoint
CREATE TABLE `links` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`rel` text NOT NULL,
	`to_case_id` text NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`, `rel`, `to_case_id`)
);
--> statement-breakpoint
CREATE INDEX `links_to` ON `links` (`tenant`,`to_case_id`,`rel`,`case_id`);--> statement-breakpoint
CREATE TABLE `calendars` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`id` text NOT NULL,
	`calendar` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`tenant`, `hash`)
);
--> statement-breakpoint
CREATE INDEX `calendars_id` ON `calendars` (`tenant`,`id`,`n`);--> statement-breakpoint
CREATE TABLE `definitions` (
	`tenant` text NOT NULL,
	`id` text NOT NULL,
	`version` text NOT NULL,
	`hash` text NOT NULL,
	`document` text NOT NULL,
	`runtime` text NOT NULL,
	`status` text NOT NULL,
	`published_at` text NOT NULL,
	PRIMARY KEY(`tenant`, `id`, `version`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `definitions_hash` ON `definitions` (`tenant`,`hash`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`tenant` text NOT NULL,
	`effect_id` text NOT NULL,
	`case_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at_ms` integer NOT NULL,
	`last_error_code` text,
	PRIMARY KEY(`tenant`, `effect_id`)
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`next_at_ms`,`tenant`,`effect_id`) WHERE status in ('pending', 'started');--> statement-breakpoint
CREATE INDEX `outbox_case` ON `outbox` (`tenant`,`case_id`,`seq`);--> statement-breakpoint
CREATE TABLE `authority_limits` (
	`tenant` text NOT NULL,
	`person_id` text NOT NULL,
	`currency` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`tenant`, `person_id`, `currency`)
);
--> statement-breakpoint
CREATE TABLE `departments` (
	`tenant` text NOT NULL,
	`department_id` text NOT NULL,
	`title_zh` text NOT NULL,
	`title_en` text NOT NULL,
	PRIMARY KEY(`tenant`, `department_id`)
);
--> statement-breakpoint
CREATE TABLE `people` (
	`tenant` text NOT NULL,
	`person_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`tenant`, `person_id`)
);
--> statement-breakpoint
CREATE TABLE `person_groups` (
	`tenant` text NOT NULL,
	`person_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`tenant`, `person_id`, `kind`, `name`)
);
--> statement-breakpoint
CREATE INDEX `person_groups_name` ON `person_groups` (`tenant`,`kind`,`name`,`person_id`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`person_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `hash`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash` ON `tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `counters` (
	`tenant` text NOT NULL,
	`kind` text NOT NULL,
	`year` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`tenant`, `kind`, `year`)
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` text NOT NULL,
	`answer` text,
	`lease_until_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `hash`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_expires` ON `idempotency` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`tenant` text NOT NULL,
	`task_id` text NOT NULL,
	`case_id` text NOT NULL,
	`case_number` text NOT NULL,
	`case_kind` text NOT NULL,
	`definition_id` text NOT NULL,
	`state` text NOT NULL,
	`status` text NOT NULL,
	`role` text NOT NULL,
	`department` text,
	`group_key` text NOT NULL,
	`assignee` text,
	`priority` integer NOT NULL,
	`opened_at` text NOT NULL,
	`due_at` text,
	`due_sort` text NOT NULL,
	`closed_at` text,
	`completed_by` text,
	`outcome` text,
	PRIMARY KEY(`tenant`, `task_id`)
);
--> statement-breakpoint
CREATE INDEX `tasks_case` ON `tasks` (`tenant`,`case_id`,`opened_at`);--> statement-breakpoint
CREATE INDEX `tasks_number` ON `tasks` (`tenant`,`case_number`,`task_id`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_mine_due` ON `tasks` (`tenant`,`assignee`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open' and assignee is not null;--> statement-breakpoint
CREATE INDEX `tasks_mine_opened` ON `tasks` (`tenant`,`assignee`,`opened_at`,`task_id`,`due_sort`,`case_kind`) WHERE status = 'open' and assignee is not null;--> statement-breakpoint
CREATE INDEX `tasks_mine_priority` ON `tasks` (`tenant`,`assignee`,`priority`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open' and assignee is not null;--> statement-breakpoint
CREATE INDEX `tasks_candidate_due` ON `tasks` (`tenant`,`group_key`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open' and assignee is null;--> statement-breakpoint
CREATE INDEX `tasks_candidate_opened` ON `tasks` (`tenant`,`group_key`,`opened_at`,`task_id`,`due_sort`,`case_kind`) WHERE status = 'open' and assignee is null;--> statement-breakpoint
CREATE INDEX `tasks_candidate_priority` ON `tasks` (`tenant`,`group_key`,`priority`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open' and assignee is null;--> statement-breakpoint
CREATE INDEX `tasks_team_due` ON `tasks` (`tenant`,`group_key`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_team_opened` ON `tasks` (`tenant`,`group_key`,`opened_at`,`task_id`,`due_sort`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_team_priority` ON `tasks` (`tenant`,`group_key`,`priority`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_all_due` ON `tasks` (`tenant`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_all_opened` ON `tasks` (`tenant`,`opened_at`,`task_id`,`due_sort`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `tasks_all_priority` ON `tasks` (`tenant`,`priority`,`due_sort`,`task_id`,`case_kind`) WHERE status = 'open';--> statement-breakpoint
CREATE TABLE `entries` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`seq` integer NOT NULL,
	`epoch` integer NOT NULL,
	`at` text NOT NULL,
	`due` text,
	`type` text NOT NULL,
	`actor_id` text NOT NULL,
	`command_id` text NOT NULL,
	`leaf` text NOT NULL,
	`hash` text NOT NULL,
	`prev_hash` text NOT NULL,
	`restricted_to` text,
	PRIMARY KEY(`tenant`, `case_id`, `seq`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entries_command` ON `entries` (`tenant`,`case_id`,`command_id`);--> statement-breakpoint
CREATE INDEX `entries_at` ON `entries` (`tenant`,`at`,`case_id`,`seq`);--> statement-breakpoint
CREATE INDEX `entries_actor` ON `entries` (`tenant`,`actor_id`,`at`,`case_id`,`seq`);--> statement-breakpoint
CREATE INDEX `entries_type` ON `entries` (`tenant`,`type`,`at`,`case_id`,`seq`);--> statement-breakpoint
CREATE TABLE `integrator_leases` (
	`tenant` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`fence` integer NOT NULL,
	`expires_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `log_leaves` (
	`tenant` text NOT NULL,
	`index` integer NOT NULL,
	`kind` text NOT NULL,
	`case_id` text NOT NULL,
	`number` integer NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`tenant`, `index`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `log_leaves_source` ON `log_leaves` (`tenant`,`kind`,`case_id`,`number`);--> statement-breakpoint
CREATE TABLE `log_pending` (
	`tenant` text NOT NULL,
	`n` integer NOT NULL,
	`kind` text NOT NULL,
	`case_id` text NOT NULL,
	`number` integer NOT NULL,
	`hash` text NOT NULL,
	`since` text NOT NULL,
	PRIMARY KEY(`tenant`, `n`)
);
--> statement-breakpoint
CREATE INDEX `log_pending_since` ON `log_pending` (`since`);--> statement-breakpoint
CREATE TABLE `records` (
	`tenant` text NOT NULL,
	`n` integer NOT NULL,
	`at` text NOT NULL,
	`type` text NOT NULL,
	`actor_id` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`leaf` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`tenant`, `n`)
);
--> statement-breakpoint
CREATE INDEX `records_at` ON `records` (`tenant`,`at`,`n`);--> statement-breakpoint
CREATE INDEX `records_subject` ON `records` (`tenant`,`subject_kind`,`subject_id`,`n`);--> statement-breakpoint
CREATE TABLE `vault_documents` (
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`document_id` text NOT NULL,
	`subject` text NOT NULL,
	`file` text NOT NULL,
	`nonce` blob NOT NULL,
	`sha256` text NOT NULL,
	`size_bytes` integer NOT NULL,
	PRIMARY KEY(`tenant`, `case_id`, `document_id`)
);
--> statement-breakpoint
CREATE INDEX `vault_documents_subject` ON `vault_documents` (`tenant`,`subject`);--> statement-breakpoint
CREATE TABLE `vault_keys` (
	`tenant` text NOT NULL,
	`subject` text NOT NULL,
	`wrapped` blob NOT NULL,
	`destroyed_at` text,
	PRIMARY KEY(`tenant`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `vault_master` (
	`tenant` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `vault_search` (
	`tenant` text NOT NULL,
	`hmac` text NOT NULL,
	`field` text NOT NULL,
	`case_id` text NOT NULL,
	`subject` text NOT NULL,
	PRIMARY KEY(`tenant`, `hmac`, `field`, `case_id`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `vault_search_subject` ON `vault_search` (`tenant`,`subject`);--> statement-breakpoint
CREATE TABLE `vault_values` (
	`tenant` text NOT NULL,
	`ref` text NOT NULL,
	`subject` text NOT NULL,
	`case_id` text NOT NULL,
	`field` text NOT NULL,
	`version` integer NOT NULL,
	`nonce` blob NOT NULL,
	`ciphertext` blob NOT NULL,
	`commitment` text NOT NULL,
	PRIMARY KEY(`tenant`, `ref`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vault_values_field` ON `vault_values` (`tenant`,`case_id`,`field`,`version`);--> statement-breakpoint
CREATE INDEX `vault_values_subject` ON `vault_values` (`tenant`,`subject`);