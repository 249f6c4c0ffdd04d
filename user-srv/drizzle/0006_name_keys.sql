ALTER TABLE `user` ADD `name_letters` varbinary(640);--> statement-breakpoint
ALTER TABLE `user` ADD `name_look` varbinary(640);--> statement-breakpoint
ALTER TABLE `user` ADD CONSTRAINT `user_name_letters` UNIQUE(`name_letters`);--> statement-breakpoint
ALTER TABLE `user` ADD CONSTRAINT `user_name_look` UNIQUE(`name_look`);