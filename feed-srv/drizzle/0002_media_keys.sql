CREATE INDEX `video_play_url` ON `video` (`play_url`);--> statement-breakpoint
CREATE INDEX `video_cover_url` ON `video` (`cover_url`);