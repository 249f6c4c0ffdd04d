CREATE TABLE `installation` (
	`id` tinyint NOT NULL,
	`restore_time` bigint NOT NULL,
	CONSTRAINT `installation_id` PRIMARY KEY(`id`)
);
