CREATE TABLE `transcode_job` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`video_id` bigint NOT NULL,
	`kind` tinyint NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`leased_by` varbinary(64) NOT NULL DEFAULT '',
	`leased_until` bigint NOT NULL DEFAULT 0,
	`progress` int NOT NULL DEFAULT 0,
	`create_time` bigint NOT NULL,
	CONSTRAINT `transcode_job_id` PRIMARY KEY(`id`),
	CONSTRAINT `transcode_job_video` UNIQUE(`video_id`)
);
--> statement-breakpoint
CREATE TABLE `video_file` (
	`video_id` bigint NOT NULL,
	`storage_key` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `video_file_video_id_storage_key_pk` PRIMARY KEY(`video_id`,`storage_key`)
);
--> statement-breakpoint
ALTER TABLE `video`
	DROP INDEX `video_usage`,
	MODIFY COLUMN `publish_time` bigint,
	ADD `upload_time` bigint DEFAULT 0 NOT NULL,
	ADD `failure` varchar(512) character set utf8mb4 collate utf8mb4_bin DEFAULT '' NOT NULL,
	ADD `duration_ms` int DEFAULT 0 NOT NULL,
	ADD `width` int DEFAULT 0 NOT NULL,
	ADD `height` int DEFAULT 0 NOT NULL,
	ADD `original_url` varchar(512) character set utf8mb4 collate utf8mb4_bin DEFAULT '' NOT NULL,
	ADD `renditions` varchar(2000) character set utf8mb4 collate utf8mb4_bin DEFAULT '' NOT NULL,
	ADD INDEX `video_usage` (`user_id`,`upload_time`,`bytes`);
--> statement-breakpoint
UPDATE `video` SET `upload_time` = `publish_time` WHERE `publish_time` > (unix_timestamp() - 86400) * 1000;
--> statement-breakpoint
CREATE INDEX `transcode_job_queue` ON `transcode_job` (`kind`,`id`);--> statement-breakpoint
CREATE INDEX `transcode_job_lease` ON `transcode_job` (`leased_until`);--> statement-breakpoint
CREATE INDEX `video_file_key` ON `video_file` (`storage_key`);
