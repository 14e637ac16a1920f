--
-- PostgreSQL database dump
--

\restrict 36nSjESVT1hmD16dBy5qu5wSyjk13yB8cvi2NR9PrPxRzxGxr5vHR40jydUM18t

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: Call Rec; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA "Call Rec";


ALTER SCHEMA "Call Rec" OWNER TO postgres;

--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.f() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN
INSERT INTO public.cdr VALUES (1, 'it''s');
RETURN NEW; END $$;


ALTER FUNCTION public.f() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: one; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.one (
    t text
);


ALTER TABLE public.one OWNER TO postgres;

--
-- Name: g(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.g() RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO public.one (t)
   VALUES ('x'::text);
 INSERT INTO public.one (t)
   VALUES ('y'::text);
END;


ALTER FUNCTION public.g() OWNER TO postgres;

--
-- Name: We "ird (t); Type: TABLE; Schema: Call Rec; Owner: postgres
--

CREATE TABLE "Call Rec"."We ""ird (t)" (
    "a b" integer,
    "c""d" text,
    "values" text
);


ALTER TABLE "Call Rec"."We ""ird (t)" OWNER TO postgres;

--
-- Name: cdr; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.cdr (
    id bigint NOT NULL,
    calldate timestamp with time zone DEFAULT now(),
    clid character varying(200) DEFAULT 'a''b;('::character varying,
    note text,
    pic bytea,
    flag boolean,
    price numeric(20,6),
    f double precision,
    j jsonb,
    arr text[],
    iv interval,
    begin integer,
    "full" text GENERATED ALWAYS AS (((clid)::text || '-'::text)) STORED
);


ALTER TABLE public.cdr OWNER TO postgres;

--
-- Name: TABLE cdr; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON TABLE public.cdr IS 'it''s
INSERT INTO public.cdr VALUES (1);';


--
-- Name: nocols; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.nocols (
);


ALTER TABLE public.nocols OWNER TO postgres;

--
-- Data for Name: We "ird (t); Type: TABLE DATA; Schema: Call Rec; Owner: postgres
--

COPY "Call Rec"."We ""ird (t)" ("a b", "c""d", "values") FROM stdin;
1	x	VALUES (1,2)
2	\\.	INSERT INTO cdr VALUES (1);\nCOPY public.cdr (id) FROM stdin;\n\\.\n
\.


--
-- Data for Name: cdr; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.cdr (id, calldate, clid, note, pic, flag, price, f, j, arr, iv, begin) FROM stdin;
9223372036854775807	2019-03-12 10:15:04.12+00	"Åsa Öberg" <46846500400>	line1\nline2\r\n\ttab \\ back 'q' "dq" `bt` ;\n-- x\n),(1,2	\\x0001ff27225c0a0d1a80	t	12.500000	1e+300	{"a": "b'\\\\n"}	{a,"b c",NULL}	1 day 02:03:04	1
2	infinity			\\x	f	\N	NaN	\N	{}	\N	\N
3	\N	\N	\N	\N	\N	0.000000	-Infinity	\N	\N	\N	\N
4	0044-03-15 00:00:00+00 BC	\b\v\f	日本語 😀	\\xc3a9	t	1.000000	1	\N	\N	\N	\N
5	2020-01-01 00:00:00+00	\\	\\\\'	\\x5c	t	1.000000	1	\N	\N	\N	\N
\.


--
-- Data for Name: nocols; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.nocols  FROM stdin;
\.


--
-- Data for Name: one; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.one (t) FROM stdin;

\N
\\N
\\.
\t
a
\.


--
-- Name: cdr cdr_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.cdr
    ADD CONSTRAINT cdr_pkey PRIMARY KEY (id);


--
-- Name: i; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX i ON public.cdr USING btree (begin);


--
-- Name: one r; Type: RULE; Schema: public; Owner: postgres
--

CREATE RULE r AS
    ON UPDATE TO public.one DO INSTEAD ( INSERT INTO public.cdr (id)
  VALUES (77);
 INSERT INTO public.cdr (id)
  VALUES (78);
);


--
-- PostgreSQL database dump complete
--

\unrestrict 36nSjESVT1hmD16dBy5qu5wSyjk13yB8cvi2NR9PrPxRzxGxr5vHR40jydUM18t

