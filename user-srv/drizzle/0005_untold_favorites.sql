CREATE TABLE `untold_favorites` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`create_time` bigint NOT NULL,
	`video_ids` text NOT NULL,
	CONSTRAINT `untold_favorites_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
INSERT INTO `untold_favorites` (`create_time`, `video_ids`) SELECT 0, `video_id` FROM `favorite_total` WHERE `unpublished`;
--> statement-breakpoint
DROP INDEX `favorite_total_unpublished` ON `favorite_total`;--> statement-breakpoint
ALTER TABLE `favorite_total` DROP COLUMN `unpublished`;