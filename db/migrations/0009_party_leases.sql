CREATE TABLE `party_leases` (
	`tenant` text NOT NULL,
	`party` text NOT NULL,
	`command_id` text NOT NULL,
	`until_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `party`)
);
