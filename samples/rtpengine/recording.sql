CREATE TABLE `recording_calls` (`id` int, `call_id` varchar(250), `start_timestamp` decimal(13,3), `end_timestamp` decimal(13,3), `status` varchar(20)) ENGINE=InnoDB;
INSERT INTO `recording_calls` VALUES (1,'d@pbx.example',1714636800.125,1714636800.500,'completed'),(2,'e@pbx.example',1714640400.000,NULL,'recording');
CREATE TABLE `recording_streams` (`id` int, `call` int, `local_filename` varchar(250), `full_filename` varchar(250), `file_format` varchar(10), `output_type` varchar(10), `start_timestamp` decimal(13,3)) ENGINE=InnoDB;
INSERT INTO `recording_streams` VALUES (1,1,'d%40pbx.example-00112233445566ad-mix','/rec/d%40pbx.example-00112233445566ad-mix','wav','mixed',1714636800.250),(2,1,'d%40pbx.example-00112233445566ad-1a2b3c4d','/rec/d%40pbx.example-00112233445566ad-1a2b3c4d','wav','single',1714636800.300);
CREATE TABLE `recording_metakeys` (`id` int, `call` int, `key` varchar(255), `value` varchar(255)) ENGINE=InnoDB;
INSERT INTO `recording_metakeys` VALUES (1,1,'agent','Trader 7');
