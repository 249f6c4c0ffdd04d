CREATE TABLE `count_delta` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`kind` tinyint NOT NULL,
	`subject_id` bigint NOT NULL,
	`delta` tinyint NOT NULL,
	CONSTRAINT `count_delta_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `favorite` (
	`user_id` bigint NOT NULL,
	`video_id` bigint NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `favorite_user_id_video_id_pk` PRIMARY KEY(`user_id`,`video_id`)
);
--> statement-breakpoint
CREATE TABLE `favorite_total` (
	`video_id` bigint NOT NULL,
	`count` int NOT NULL,
	`version` bigint NOT NULL,
	`unpublished` boolean NOT NULL,
	CONSTRAINT `favorite_total_video_id` PRIMARY KEY(`video_id`)
);
--> statement-breakpoint
CREATE TABLE `follow` (
	`follower_id` bigint NOT NULL,
	`followed_id` bigint NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `follow_follower_id_followed_id_pk` PRIMARY KEY(`follower_id`,`followed_id`)
);
--> statement-breakpoint
CREATE TABLE `user` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`name` varbinary(128) NOT NULL,
	`password_hash` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`avatar` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL DEFAULT '',
	`background_image` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL DEFAULT '',
	`signature` varchar(512) character set utf8mb4 collate utf8mb4_bin NOT NULL DEFAULT '',
	`create_time` bigint NOT NULL,
	`follow_count` int NOT NULL DEFAULT 0,
	`follower_count` int NOT NULL DEFAULT 0,
	`favorite_count` int NOT NULL DEFAULT 0,
	CONSTRAINT `user_id` PRIMARY KEY(`id`),
	CONSTRAINT `user_name` UNIQUE(`name`)
);
--> statement-breakpoint
CREATE INDEX `favorite_newest` ON `favorite` (`user_id`,`create_time`,`video_id`);--> statement-breakpoint
CREATE INDEX `favorite_total_unpublished` ON `favorite_total` (`unpublished`,`video_id`);--> statement-breakpoint
CREATE INDEX `follow_newest` ON `follow` (`follower_id`,`create_time`,`followed_id`);--> statement-breakpoint
CREATE INDEX `follower_newest` ON `follow` (`followed_id`,`create_time`,`follower_id`);