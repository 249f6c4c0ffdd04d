CREATE INDEX `user_avatar` ON `user` (`avatar`);--> statement-breakpoint
CREATE INDEX `user_background` ON `user` (`background_image`);