CREATE TABLE `agents` (`id` int NOT NULL, `login` varchar(64));
INSERT INTO `agents` VALUES (1,'ann.lee');
CREATE TABLE `voice_recordings` (`id` binary(16) NOT NULL, `interaction_id` binary(16), `start_time` datetime, `end_time` datetime, `rec_url` varchar(255), `encryption_key_id` binary(16), `erase_time` datetime, `erase_login_id` varchar(64));
INSERT INTO `voice_recordings` VALUES (0xA1,0x01,'2024-05-02 16:00:00','2024-05-02 16:05:10','rec/2024/05/02/A1B2C3',NULL,NULL,NULL),
(0xA2,0x02,'2024-05-02 16:10:00','2024-05-02 16:11:00','rec/2024/05/02/D4E5F6',NULL,'2024-08-01 00:00:05','dpo'),
(0xA3,0x03,'2024-05-02 16:20:00','2024-05-02 16:21:00','rec/2024/05/02/FFFF00',0x0C,'2024-08-01 00:00:06','dpo'),
(0xA4,0x04,'2024-05-02 16:30:00','2024-05-02 16:31:00','rec/2024/05/02/0A0B0C',NULL,'0000-00-00 00:00:00',NULL);
