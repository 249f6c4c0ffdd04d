RENAME TABLE `comment_delta` TO `comment_delta_left`;
--> statement-breakpoint
UPDATE `video` SET `comment_count` = (SELECT count(*) FROM `comment` WHERE `comment`.`video_id` = `video`.`id`)
WHERE `id` IN (SELECT `video_id` FROM `comment_delta_left`);
--> statement-breakpoint
DROP TABLE `comment_delta_left`;