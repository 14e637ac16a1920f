--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';

COPY callrec.calls (id, cplcnt, start_ts, stop_ts, length, realcplcnt) FROM stdin;
100	2	2025-10-26 02:59:56+02	2025-10-26 02:00:20+01	24	2
101	1	2025-10-26 09:00:00+01	2025-10-26 09:00:08+01	8	1
\.

COPY callrec.couples (id, callid, start_ts, stop_ts, length, cfcnt, cftypes, callingip, calledip, callingnr, originalcallednr, finalcallednr, callingpartyname, calledpartyname, cpltype, problemstatus, description, protected, sid, deleted, archived, b_location, direction) FROM stdin;
1	100	2025-10-26 02:59:56.5+02	2025-10-26 02:00:04.5+01	8	2	00000000000000000000000000100001	10.0.0.5	10.0.0.6	+442079460012	4600	2001	Åsa Öberg	Trader 1	NORMAL	NO_PROBLEM	Handel	t	S-1	F	F	\N	INCOMING
2	100	2025-10-26 02:00:05+01	2025-10-26 02:00:20+01	15000	1	00000000000000000000000000000001	10.0.0.6	10.0.0.7	+442079460012	2002	2002	Åsa Öberg	\N	TRANSFER	ONLY_ONE_STREAM		f	S-2	F	F	\N	INCOMING
3	101	2025-10-26 09:00:00+01	2025-10-26 09:00:08+01	8	0	00000000000000000000000000000000	\N	\N	2003	+442079460015	+442079460015	\N	\N	NORMAL	NO_PROBLEM	\N	f	S-3	D	F	\N	OUTGOING
4	102	2019-03-12 10:15:04+01	2019-03-12 10:15:12+01	8	0	00000000000000000000000000000000	\N	\N	2003	2004	2004	\N	\N	NORMAL	NO_PROBLEM	\N	f	S-4	D	A	/mnt/archive/archive1.zip	INTERNAL
5	103	2019-03-12 11:15:04+01	2019-03-12 11:15:12+01	8	0	00000000000000000000000000000000	\N	\N	2003	2005	2005	\N	\N	NORMAL	NO_PROBLEM	\N	f	S-5	D	A	/mnt/archive/archive2.zip	INTERNAL
\.

COPY callrec.cfiles (id, sgid, cplid, cftype, cktype, ckvalue, cfsize, cfpath, enc_key_id, digest, start_ts, stop_ts) FROM stdin;
11	1	1	AUDIO	CRC32	3696462930	3244	/opt/callrec/data/calls/20251026/1_025956.wav	\N	\N	\N	\N
12	1	1	RECD		\N	77	/opt/callrec/data/calls/20251026/1_025956.recd	\N	\N	\N	\N
13	2	2	AUDIO	CRC32	3696462930	3244	/opt/callrec/data/calls/20251026/2_020005.wav	\N	\N	\N	\N
\.

COPY callrec.couple_extdata (cplid, key, value) FROM stdin;
1	JTAPI_CISCO_GLOBAL_CALL_ID	471100
1	JTAPI_CALLED_TERMINAL_SEP	SEP001122334455
1	CCE_CFG_LoginID	agent7
1	CCE_CallerEnteredDigits	4111111111111111
1	CCE_CallType	Order
2	JTAPI_CISCO_GLOBAL_CALL_ID	471100
\.

COPY callrec.deleted_couples (deleted_coupleid, sid, deleted_ts) FROM stdin;
1	S-9	2025-10-01 03:00:00+02
\.

--
-- PostgreSQL database dump complete
--

