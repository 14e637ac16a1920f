/*M!999999\- enable the sandbox mode */ 
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `cdr` (
  `id` bigint(20) unsigned NOT NULL,
  `calldate` datetime(3) NOT NULL DEFAULT '0000-00-00 00:00:00.000',
  `clid` varchar(200) DEFAULT '' COMMENT 'it''s, a "name" (x)',
  `note` text DEFAULT NULL,
  `pic` blob DEFAULT NULL,
  `flag` bit(4) DEFAULT NULL,
  `price` decimal(20,6) DEFAULT NULL,
  `f` double DEFAULT NULL,
  `kind` enum('a,b','c)') DEFAULT NULL,
  `full` varchar(300) GENERATED ALWAYS AS (concat(`id`,'-',`clid`)) VIRTUAL,
  PRIMARY KEY (`id`),
  KEY `k (x)` (`clid`,`calldate`),
  CONSTRAINT `CONSTRAINT_1` CHECK (`price` > -1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;
INSERT INTO `cdr` (`id`, `calldate`, `clid`, `note`, `pic`, `flag`, `price`, `f`, `kind`, `full`) VALUES (2,'0000-00-00 00:00:00.000','','','',0x00,NULL,-0.1,NULL,'2-');
INSERT INTO `cdr` (`id`, `calldate`, `clid`, `note`, `pic`, `flag`, `price`, `f`, `kind`, `full`) VALUES (3,'2020-01-01 00:00:00.000',NULL,NULL,NULL,NULL,0.000000,NULL,'a,b',NULL);
INSERT INTO `cdr` (`id`, `calldate`, `clid`, `note`, `pic`, `flag`, `price`, `f`, `kind`, `full`) VALUES (4,'2020-01-01 00:00:00.000','\0nul\0','日本語 😀 \Z ctrl',0xC3A9,0x01,1.000000,1,'c)','4-\0nul\0');
INSERT INTO `cdr` (`id`, `calldate`, `clid`, `note`, `pic`, `flag`, `price`, `f`, `kind`, `full`) VALUES (5,'2020-01-01 00:00:00.000','\\','\\\\\'',0x5C,0x01,1.000000,1,'c)','5-\\');
INSERT INTO `cdr` (`id`, `calldate`, `clid`, `note`, `pic`, `flag`, `price`, `f`, `kind`, `full`) VALUES (18446744073709551615,'2019-03-12 10:15:04.120','\"Åsa Öberg\" <46846500400>','line1\nline2\r\n	tab \\ back \'q\' \"dq\" `bt` ;\n-- x\n),(1,2',0x0001FF27225C0A0D1A80,0x0A,12.500000,1e300,'c)','18446744073709551615-\"Åsa Öberg\" <46846500400>');
COMMIT;
SET AUTOCOMMIT=@OLD_AUTOCOMMIT;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_uca1400_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER tr AFTER INSERT ON cdr FOR EACH ROW BEGIN
INSERT INTO log VALUES (1,'a;b');
INSERT INTO log VALUES (2,'it''s');
END 
*/;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `log` (
  `x` int(11) DEFAULT NULL,
  `t` text DEFAULT NULL
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;
INSERT INTO `log` (`x`, `t`) VALUES (1,'a;b');
INSERT INTO `log` (`x`, `t`) VALUES (2,'it\'s');
INSERT INTO `log` (`x`, `t`) VALUES (1,'a;b');
INSERT INTO `log` (`x`, `t`) VALUES (2,'it\'s');
INSERT INTO `log` (`x`, `t`) VALUES (1,'a;b');
INSERT INTO `log` (`x`, `t`) VALUES (2,'it\'s');
INSERT INTO `log` (`x`, `t`) VALUES (1,'a;b');
INSERT INTO `log` (`x`, `t`) VALUES (2,'it\'s');
INSERT INTO `log` (`x`, `t`) VALUES (1,'a;b');
INSERT INTO `log` (`x`, `t`) VALUES (2,'it\'s');
INSERT INTO `log` (`x`, `t`) VALUES (7,'/*!40000 x */');
INSERT INTO `log` (`x`, `t`) VALUES (8,'# y');
INSERT INTO `log` (`x`, `t`) VALUES (9,'it\'s -- z');
COMMIT;
SET AUTOCOMMIT=@OLD_AUTOCOMMIT;
SET @saved_cs_client     = @@character_set_client;
SET character_set_client = utf8mb4;
/*!50001 CREATE VIEW `v` AS SELECT
 NULL AS `id`,
 NULL AS `clid` */;
SET character_set_client = @saved_cs_client;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `we``ird (t)` (
  `a b` int(11) DEFAULT NULL,
  `c``d` varchar(50) DEFAULT NULL,
  `values` text DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;
INSERT INTO `we``ird (t)` (`a b`, `c``d`, `values`) VALUES (1,'x','VALUES (1,2)');
INSERT INTO `we``ird (t)` (`a b`, `c``d`, `values`) VALUES (2,'y`','INSERT INTO `cdr` VALUES (1);');
COMMIT;
SET AUTOCOMMIT=@OLD_AUTOCOMMIT;
/*!50001 DROP VIEW IF EXISTS `v`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb4 */;
/*!50001 SET character_set_results     = utf8mb4 */;
/*!50001 SET collation_connection      = utf8mb4_uca1400_ai_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `cdr`.`id` AS `id`,`cdr`.`clid` AS `clid` from `cdr` */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;
