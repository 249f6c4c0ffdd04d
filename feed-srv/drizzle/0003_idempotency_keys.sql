CREATE TABLE `feed_idempotency_key` (
	`user_id` bigint NOT NULL,
	`kind` tinyint NOT NULL,
	`idempotency_key` varbinary(64) NOT NULL,
	`content_hash` varbinary(64) NOT NULL,
	`row_id` bigint NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `feed_idempotency_key_user_id_kind_idempotency_key_pk` PRIMARY KEY(`user_id`,`kind`,`idempotency_key`)
);
--> statement-breakpoint
ALTER TABLE `video` ADD `bytes` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `feed_idempotency_key_create_time` ON `feed_idempotency_key` (`create_time`);--> statement-breakpoint
CREATE INDEX `video_usage` ON `video` (`user_id`,`publish_time`,`bytes`);