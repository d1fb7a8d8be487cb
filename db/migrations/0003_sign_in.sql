CREATE TABLE `person_logins` (
	`tenant` text NOT NULL,
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`person_id` text NOT NULL,
	`user_id` text,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `issuer`, `subject`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_logins_subject` ON `person_logins` (`issuer`,`subject`);--> statement-breakpoint
CREATE UNIQUE INDEX `person_logins_user` ON `person_logins` (`user_id`);--> statement-breakpoint
CREATE INDEX `person_logins_person` ON `person_logins` (`tenant`,`person_id`);--> statement-breakpoint
CREATE TABLE `service_keys` (
	`tenant` text NOT NULL,
	`key_id` text NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`roles` text NOT NULL,
	`scopes` text NOT NULL,
	`human_id` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`revoked_at_ms` integer,
	PRIMARY KEY(`tenant`, `key_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `service_keys_hash` ON `service_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `service_keys_human` ON `service_keys` (`tenant`,`human_id`);--> statement-breakpoint
CREATE TABLE `sign_in_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `sign_in_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_accounts_key` ON `sign_in_accounts` (`provider_id`,`account_id`);--> statement-breakpoint
CREATE INDEX `sign_in_accounts_user` ON `sign_in_accounts` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`tenant` text NOT NULL,
	`key` text NOT NULL,
	`tries` integer NOT NULL,
	`last_at_ms` integer NOT NULL,
	`locked_until_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `key`)
);
--> statement-breakpoint
CREATE TABLE `sign_in_invitations` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`person_id` text NOT NULL,
	`email` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `hash`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_invitations_hash` ON `sign_in_invitations` (`hash`);--> statement-breakpoint
CREATE INDEX `sign_in_invitations_person` ON `sign_in_invitations` (`tenant`,`person_id`);--> statement-breakpoint
CREATE TABLE `sign_in_passkeys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`public_key` text NOT NULL,
	`user_id` text NOT NULL,
	`credential_id` text NOT NULL,
	`counter` integer NOT NULL,
	`device_type` text NOT NULL,
	`backed_up` integer NOT NULL,
	`transports` text,
	`created_at` integer,
	`aaguid` text,
	FOREIGN KEY (`user_id`) REFERENCES `sign_in_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_passkeys_credential` ON `sign_in_passkeys` (`credential_id`);--> statement-breakpoint
CREATE INDEX `sign_in_passkeys_user` ON `sign_in_passkeys` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`method` text,
	`last_seen_at_ms` integer,
	FOREIGN KEY (`user_id`) REFERENCES `sign_in_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_sessions_token` ON `sign_in_sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sign_in_sessions_user` ON `sign_in_sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_two_factors` (
	`id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`backup_codes` text NOT NULL,
	`user_id` text NOT NULL,
	`verified` integer DEFAULT true,
	`failed_verification_count` integer DEFAULT 0,
	`locked_until` integer,
	FOREIGN KEY (`user_id`) REFERENCES `sign_in_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sign_in_two_factors_user` ON `sign_in_two_factors` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer NOT NULL,
	`image` text,
	`two_factor_enabled` integer DEFAULT false,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_users_email` ON `sign_in_users` (`email`);--> statement-breakpoint
CREATE TABLE `sign_in_verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sign_in_verifications_identifier` ON `sign_in_verifications` (`identifier`);--> statement-breakpoint
CREATE TABLE `used_codes` (
	`tenant` text NOT NULL,
	`hash` text NOT NULL,
	`until_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `hash`)
);
