CREATE TABLE `user_idempotency_key` (
	`user_id` bigint NOT NULL,
	`kind` tinyint NOT NULL,
	`idempotency_key` varbinary(64) NOT NULL,
	`content_hash` varbinary(64) NOT NULL,
	`row_id` bigint NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `user_idempotency_key_user_id_kind_idempotency_key_pk` PRIMARY KEY(`user_id`,`kind`,`idempotency_key`)
);
--> statement-breakpoint
CREATE INDEX `user_idempotency_key_create_time` ON `user_idempotency_key` (`create_time`);