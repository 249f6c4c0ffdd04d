CREATE TABLE `deleted_video` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`video_id` bigint NOT NULL,
	CONSTRAINT `deleted_video_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
INSERT INTO `deleted_video` (`video_id`) SELECT `video_id` FROM `favorite_total` WHERE `is_deleted` AND `count` > 0;
--> statement-breakpoint
CREATE INDEX `favorite_video` ON `favorite` (`video_id`,`user_id`);