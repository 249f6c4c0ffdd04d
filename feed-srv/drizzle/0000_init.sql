CREATE TABLE `author` (
	`user_id` bigint NOT NULL,
	`work_count` int NOT NULL DEFAULT 0,
	`total_favorited` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `author_user_id` PRIMARY KEY(`user_id`)
);
--> statement-breakpoint
CREATE TABLE `comment_delta` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`video_id` bigint NOT NULL,
	`delta` tinyint NOT NULL,
	CONSTRAINT `comment_delta_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `comment` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`video_id` bigint NOT NULL,
	`user_id` bigint NOT NULL,
	`text` varchar(1000) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `comment_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `publish_clock` (
	`id` tinyint NOT NULL,
	`last_time` bigint NOT NULL,
	CONSTRAINT `publish_clock_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `video` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`play_url` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`cover_url` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`title` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`publish_time` bigint NOT NULL,
	`comment_count` int NOT NULL DEFAULT 0,
	`favorite_count` int NOT NULL DEFAULT 0,
	`favorite_version` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `video_id` PRIMARY KEY(`id`),
	CONSTRAINT `video_publish_time` UNIQUE(`publish_time`)
);
--> statement-breakpoint
CREATE INDEX `comment_video` ON `comment` (`video_id`,`id`);--> statement-breakpoint
CREATE INDEX `comment_author` ON `comment` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `video_author` ON `video` (`user_id`,`publish_time`);