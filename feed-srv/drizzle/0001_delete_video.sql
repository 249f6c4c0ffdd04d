DROP INDEX `video_author` ON `video`;--> statement-breakpoint
ALTER TABLE `video` ADD `delete_time` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `video_deleted` ON `video` (`delete_time`);--> statement-breakpoint
CREATE INDEX `video_author` ON `video` (`user_id`,`delete_time`,`publish_time`);