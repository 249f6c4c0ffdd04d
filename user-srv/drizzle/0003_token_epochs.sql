ALTER TABLE `user` ADD `token_epoch` int DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `user` ADD `token_epoch_time` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `user_token_epoch_time` ON `user` (`token_epoch_time`,`id`);