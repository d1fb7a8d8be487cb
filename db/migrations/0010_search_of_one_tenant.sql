DROP TABLE `case_search`;--> statement-breakpoint
CREATE VIRTUAL TABLE `case_search` USING fts5(`terms`, content='', contentless_delete=1, prefix='9 10 11 12 13 14 15 16 17 18 19 20', tokenize="unicode61 remove_diacritics 2 categories 'L* M* N* Co'");--> statement-breakpoint
CREATE TABLE `case_search_rows` (
	`n` integer PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`case_id` text NOT NULL,
	`pending` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `case_search_rows` (`n`, `tenant`, `case_id`, `pending`) SELECT `n`, `tenant`, `case_id`, 1 FROM `search_rows` ORDER BY `n`;--> statement-breakpoint
CREATE UNIQUE INDEX `case_search_rows_case` ON `case_search_rows` (`tenant`,`case_id`);--> statement-breakpoint
CREATE INDEX `case_search_rows_pending` ON `case_search_rows` (`n`) WHERE pending = 1;--> statement-breakpoint
DROP TABLE `search_rows`;
