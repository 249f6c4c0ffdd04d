ALTER TABLE `video` ADD `delete_time` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `video_deleted` ON `video` (`delete_time`);