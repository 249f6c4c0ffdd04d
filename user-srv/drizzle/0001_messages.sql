CREATE TABLE `conversation` (
	`low_id` bigint NOT NULL,
	`high_id` bigint NOT NULL,
	`last_time` bigint NOT NULL,
	`last_from_id` bigint NOT NULL,
	`last_content` varchar(1000) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`low_unread` int NOT NULL DEFAULT 0,
	`high_unread` int NOT NULL DEFAULT 0,
	`low_read_time` bigint NOT NULL DEFAULT 0,
	`high_read_time` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `conversation_low_id_high_id_pk` PRIMARY KEY(`low_id`,`high_id`)
);
--> statement-breakpoint
CREATE TABLE `message` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`low_id` bigint NOT NULL,
	`high_id` bigint NOT NULL,
	`from_id` bigint NOT NULL,
	`content` varchar(1000) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`create_time` bigint NOT NULL,
	CONSTRAINT `message_id` PRIMARY KEY(`id`),
	CONSTRAINT `message_time` UNIQUE(`low_id`,`high_id`,`create_time`)
);
--> statement-breakpoint
CREATE INDEX `conversation_low` ON `conversation` (`low_id`,`last_time`);--> statement-breakpoint
CREATE INDEX `conversation_high` ON `conversation` (`high_id`,`last_time`);--> statement-breakpoint
CREATE INDEX `message_low` ON `message` (`low_id`,`create_time`);--> statement-breakpoint
CREATE INDEX `message_high` ON `message` (`high_id`,`create_time`);