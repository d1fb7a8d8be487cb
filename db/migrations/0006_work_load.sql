ALTER TABLE `people` ADD `open_tasks` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `people` ADD `last_task_at` text;--> statement-breakpoint
CREATE INDEX `people_load` ON `people` (`tenant`,`status`,`open_tasks`,`last_task_at`,`person_id`);--> statement-breakpoint
CREATE INDEX `people_turn` ON `people` (`tenant`,`status`,`last_task_at`,`person_id`);--> statement-breakpoint
ALTER TABLE `tasks` ADD `assigned_at` text;--> statement-breakpoint
CREATE INDEX `absences_until` ON `absences` (`until_ms`) WHERE status = 'active';--> statement-breakpoint
UPDATE `people` SET
  `open_tasks` = (SELECT count(*) FROM `tasks` t WHERE t.tenant = people.tenant AND t.assignee = people.person_id AND t.status = 'open'),
  `last_task_at` = (SELECT max(t.opened_at) FROM `tasks` t WHERE t.tenant = people.tenant AND t.assignee = people.person_id AND t.status = 'open');
--> statement-breakpoint
CREATE TRIGGER `tasks_load_insert` AFTER INSERT ON `tasks` WHEN new.status = 'open' AND new.assignee IS NOT NULL BEGIN
  UPDATE people SET open_tasks = open_tasks + 1, last_task_at = max(coalesce(last_task_at, ''), new.opened_at)
  WHERE tenant = new.tenant AND person_id = new.assignee;
END;
--> statement-breakpoint
CREATE TRIGGER `tasks_load_update` AFTER UPDATE OF `status`, `assignee` ON `tasks`
WHEN old.status IS NOT new.status OR old.assignee IS NOT new.assignee BEGIN
  UPDATE people SET open_tasks = open_tasks - 1
  WHERE old.status = 'open' AND tenant = old.tenant AND person_id = old.assignee;
  UPDATE people SET open_tasks = open_tasks + 1, last_task_at = max(coalesce(last_task_at, ''), new.opened_at)
  WHERE new.status = 'open' AND tenant = new.tenant AND person_id = new.assignee;
END;
--> statement-breakpoint
CREATE TRIGGER `tasks_load_delete` AFTER DELETE ON `tasks` WHEN old.status = 'open' AND old.assignee IS NOT NULL BEGIN
  UPDATE people SET open_tasks = open_tasks - 1 WHERE tenant = old.tenant AND person_id = old.assignee;
END;
