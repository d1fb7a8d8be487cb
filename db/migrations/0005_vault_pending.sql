ALTER TABLE `vault_values` ADD `pending_since_ms` integer;--> statement-breakpoint
CREATE INDEX `vault_values_pending` ON `vault_values` (`pending_since_ms`) WHERE pending_since_ms is not null;--> statement-breakpoint
UPDATE `vault_values` SET `pending_since_ms` = unixepoch() * 1000;
