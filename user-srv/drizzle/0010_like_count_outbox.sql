RENAME TABLE `untold_favorites` TO `like_count_outbox`;
--> statement-breakpoint
RENAME TABLE `count_delta` TO `count_delta_left`;
--> statement-breakpoint
UPDATE `user` SET
	`follow_count` = (SELECT count(*) FROM `follow` WHERE `follower_id` = `user`.`id`),
	`follower_count` = (SELECT count(*) FROM `follow` WHERE `followed_id` = `user`.`id`),
	`favorite_count` = (SELECT count(*) FROM `favorite` WHERE `user_id` = `user`.`id`)
WHERE `id` IN (SELECT `subject_id` FROM `count_delta_left` WHERE `kind` IN (1, 2, 3));
--> statement-breakpoint
INSERT IGNORE INTO `favorite_total` (`video_id`, `count`, `version`) SELECT DISTINCT `subject_id`, 0, 0 FROM `count_delta_left` WHERE `kind` = 4;
--> statement-breakpoint
UPDATE `favorite_total` SET
	`count` = (SELECT count(*) FROM `favorite` WHERE `favorite`.`video_id` = `favorite_total`.`video_id`),
	`version` = `version` + 1
WHERE `video_id` IN (SELECT `subject_id` FROM `count_delta_left` WHERE `kind` = 4);
--> statement-breakpoint
INSERT INTO `like_count_outbox` (`create_time`, `video_ids`) SELECT DISTINCT 0, `subject_id` FROM `count_delta_left` WHERE `kind` = 4;
--> statement-breakpoint
DROP TABLE `count_delta_left`;