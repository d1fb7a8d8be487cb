CREATE TABLE `worker_contacts` (
	`worker_id` text PRIMARY KEY NOT NULL,
	`alive_at_ms` integer NOT NULL,
	`known_until_ms` integer NOT NULL
);
