-- MySQL dump 10.19  Distrib 10.3.39-MariaDB, for debian-linux-gnu (x86_64)
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE `cdr` (
  `ID` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `calldate` datetime NOT NULL,
  `callend` datetime NOT NULL,
  `duration` mediumint(8) unsigned DEFAULT NULL,
  `connect_duration` mediumint(8) unsigned DEFAULT NULL,
  `caller` varchar(255) DEFAULT NULL,
  `caller_domain` varchar(255) DEFAULT NULL,
  `callername` varchar(255) DEFAULT NULL,
  `called` varchar(255) DEFAULT NULL,
  `sipcallerip` int(10) unsigned DEFAULT NULL,
  `whohanged` enum('caller','callee') DEFAULT NULL,
  `lastSIPresponseNum` smallint(5) unsigned DEFAULT NULL,
  `id_sensor` smallint(5) unsigned DEFAULT NULL,
  PRIMARY KEY (`ID`,`calldate`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO `cdr` VALUES (1,'2025-10-26 02:29:56','2025-10-26 02:30:04',8,6,'+442079460012','pbx.example','Åsa Öberg','2001',3221225994,'caller',200,3),(2,'2025-10-26 02:29:57','2025-10-26 02:30:05',8,6,'2002','pbx.example',NULL,'2001',3221225994,'callee',200,3),(3,'2025-10-26 02:31:01','2025-10-26 02:31:02',1,0,'2003','pbx.example',NULL,'2001',3221225994,NULL,200,3),(4,'2025-10-26 02:31:40','2025-10-26 02:31:41',1,0,'2004','pbx.example',NULL,'2001',3221225994,NULL,200,3);
INSERT INTO `cdr` VALUES (5,'2025-10-26 02:40:00','2025-10-26 02:40:08',8,6,'2002','pbx.example',NULL,'2001',3221225994,'caller',200,3),(6,'2025-10-26 03:10:00','2025-10-26 03:10:05',5,0,'2005','pbx.example',NULL,'2001',3221225994,'caller',486,3);
CREATE TABLE `cdr_next` (
  `cdr_ID` int(10) unsigned NOT NULL,
  `calldate` datetime NOT NULL,
  `custom_header1` varchar(255) DEFAULT NULL,
  `fbasename` varchar(255) DEFAULT NULL,
  `match_header` varchar(128) DEFAULT NULL,
  `hold` varchar(1024) DEFAULT NULL,
  `dtmf` varchar(64) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO `cdr_next` VALUES (1,'2025-10-26 02:29:56','Trade 4711','long/call 4711@pbx.example','m-4711','+2 -3.5','4929'),(2,'2025-10-26 02:29:57',NULL,'second-call.4712@pbx.example',NULL,'+4 -5',NULL),(3,'2025-10-26 02:31:01',NULL,'a/b@pbx.example',NULL,NULL,NULL),(4,'2025-10-26 02:31:40',NULL,'a b@pbx.example',NULL,NULL,NULL),(5,'2025-10-26 02:40:00',NULL,'second-call.4712@pbx.example',NULL,NULL,NULL),(6,'2025-10-26 03:10:00',NULL,'busy.4714@pbx.example',NULL,NULL,NULL);
CREATE TABLE `cdr_tar_part` (
  `cdr_ID` int(10) unsigned NOT NULL,
  `calldate` datetime NOT NULL,
  `type` tinyint(3) unsigned NOT NULL,
  `pos` bigint(20) unsigned NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO `cdr_tar_part` VALUES (1,'2025-10-26 02:29:56',1,0),(1,'2025-10-26 02:29:56',2,0),(1,'2025-10-26 02:29:56',2,6144),(99,'2025-10-26 02:00:00',1,0);
-- Dump completed on 2025-10-27  6:25:01
