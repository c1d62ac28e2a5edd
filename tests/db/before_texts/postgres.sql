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
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE before_12.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE before_12.api_token (
    id bigint NOT NULL,
    name character varying NOT NULL,
    hash character varying NOT NULL,
    seller_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
CREATE SEQUENCE before_12.api_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.api_token_id_seq OWNED BY before_12.api_token.id;
CREATE TABLE before_12.attempt (
    id bigint NOT NULL,
    make_good_id bigint NOT NULL,
    claim_token character varying NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome character varying NOT NULL,
    note character varying NOT NULL
);
CREATE SEQUENCE before_12.attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.attempt_id_seq OWNED BY before_12.attempt.id;
CREATE TABLE before_12.cases (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    review_id bigint NOT NULL,
    reference character varying NOT NULL,
    state character varying NOT NULL,
    close_reason character varying NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    buyer_key character varying NOT NULL,
    order_id character varying NOT NULL,
    order_seen json NOT NULL,
    candidates json NOT NULL,
    advice character varying NOT NULL,
    cause character varying NOT NULL,
    messages_stopped boolean NOT NULL,
    erased_at timestamp with time zone
);
CREATE SEQUENCE before_12.cases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.cases_id_seq OWNED BY before_12.cases.id;
CREATE TABLE before_12.connection (
    id bigint NOT NULL,
    public_id character varying NOT NULL,
    shop_id bigint NOT NULL,
    adapter character varying NOT NULL,
    name character varying NOT NULL,
    roles json NOT NULL,
    "values" json NOT NULL,
    secrets bytea NOT NULL,
    threshold integer NOT NULL,
    cases_from timestamp with time zone NOT NULL,
    poll_cursor character varying NOT NULL,
    paused_reason character varying NOT NULL,
    paused_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    check_note character varying,
    read_through_at timestamp with time zone
);
CREATE SEQUENCE before_12.connection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.connection_id_seq OWNED BY before_12.connection.id;
CREATE TABLE before_12.decision (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    kind character varying NOT NULL,
    actor character varying NOT NULL,
    reason character varying NOT NULL,
    within_limit character varying NOT NULL,
    decided_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.decision_id_seq OWNED BY before_12.decision.id;
CREATE TABLE before_12.delivery (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    key character varying NOT NULL,
    headers character varying NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    note character varying NOT NULL
);
CREATE SEQUENCE before_12.delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.delivery_id_seq OWNED BY before_12.delivery.id;
CREATE TABLE before_12.do_not_contact (
    id bigint NOT NULL,
    address_hash character varying NOT NULL,
    reason character varying NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.do_not_contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.do_not_contact_id_seq OWNED BY before_12.do_not_contact.id;
CREATE TABLE before_12.follow_up (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    step character varying NOT NULL,
    round integer NOT NULL,
    make_good_id bigint,
    state character varying NOT NULL,
    due_at timestamp with time zone NOT NULL,
    by_seller boolean NOT NULL,
    reason character varying NOT NULL,
    connection_id bigint,
    sent_at timestamp with time zone,
    answered_at timestamp with time zone,
    solved boolean,
    stars integer,
    comment character varying NOT NULL
);
CREATE SEQUENCE before_12.follow_up_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.follow_up_id_seq OWNED BY before_12.follow_up.id;
CREATE TABLE before_12.history (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying NOT NULL,
    what character varying NOT NULL,
    old character varying NOT NULL,
    new character varying NOT NULL,
    detail character varying NOT NULL
);
CREATE SEQUENCE before_12.history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.history_id_seq OWNED BY before_12.history.id;
CREATE TABLE before_12.lane (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    outward boolean NOT NULL,
    concurrency integer NOT NULL,
    per_minute integer,
    allowance double precision NOT NULL,
    allowance_at timestamp with time zone NOT NULL,
    paused_until timestamp with time zone,
    paused boolean NOT NULL
);
CREATE SEQUENCE before_12.lane_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.lane_id_seq OWNED BY before_12.lane.id;
CREATE TABLE before_12.make_good (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    decision_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    buyer_key character varying NOT NULL,
    action character varying NOT NULL,
    amount_minor bigint NOT NULL,
    currency character varying NOT NULL,
    line_ids json NOT NULL,
    key character varying NOT NULL,
    reference character varying NOT NULL,
    expires_at timestamp with time zone,
    automatic boolean NOT NULL,
    state character varying NOT NULL,
    vendor_id character varying NOT NULL,
    code character varying NOT NULL,
    task character varying NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone
);
CREATE SEQUENCE before_12.make_good_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.make_good_id_seq OWNED BY before_12.make_good.id;
CREATE TABLE before_12.message (
    id bigint NOT NULL,
    follow_up_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    key character varying NOT NULL,
    subject character varying NOT NULL,
    text character varying NOT NULL,
    language character varying NOT NULL,
    state character varying NOT NULL,
    vendor_id character varying NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);
CREATE SEQUENCE before_12.message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.message_id_seq OWNED BY before_12.message.id;
CREATE TABLE before_12.outbox (
    id bigint NOT NULL,
    kind character varying NOT NULL,
    ref_id bigint NOT NULL,
    step character varying NOT NULL,
    lane_id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    claim_token character varying,
    done_at timestamp with time zone,
    given_up boolean NOT NULL,
    note character varying NOT NULL
);
CREATE SEQUENCE before_12.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.outbox_id_seq OWNED BY before_12.outbox.id;
CREATE TABLE before_12.periodic (
    name character varying NOT NULL,
    due_at timestamp with time zone NOT NULL
);
CREATE TABLE before_12.proposal (
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    rule character varying NOT NULL,
    reason character varying NOT NULL,
    remedies json NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.proposal_id_seq OWNED BY before_12.proposal.id;
CREATE TABLE before_12.review (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    platform_id character varying NOT NULL,
    rating integer,
    text character varying NOT NULL,
    sequence integer,
    withdrawn boolean NOT NULL,
    written_at timestamp with time zone,
    seen_at timestamp with time zone NOT NULL,
    product_id character varying NOT NULL,
    product_name character varying NOT NULL,
    order_ids json NOT NULL,
    buyer json NOT NULL
);
CREATE SEQUENCE before_12.review_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.review_id_seq OWNED BY before_12.review.id;
CREATE TABLE before_12.review_version (
    id bigint NOT NULL,
    review_id bigint NOT NULL,
    rating integer,
    text character varying NOT NULL,
    sequence integer,
    withdrawn boolean NOT NULL,
    seen_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.review_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.review_version_id_seq OWNED BY before_12.review_version.id;
CREATE TABLE before_12.seller (
    id bigint NOT NULL,
    email character varying NOT NULL,
    name character varying NOT NULL,
    role character varying NOT NULL,
    language character varying NOT NULL,
    password_hash character varying NOT NULL,
    session_version integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.seller_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.seller_id_seq OWNED BY before_12.seller.id;
CREATE TABLE before_12.shop (
    id bigint NOT NULL,
    name character varying NOT NULL,
    zone character varying NOT NULL,
    country character varying NOT NULL,
    language character varying NOT NULL,
    playbook json NOT NULL,
    agent_limits json NOT NULL,
    automatic json NOT NULL,
    follow_ups json NOT NULL,
    texts json NOT NULL,
    asking json NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE before_12.shop_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE before_12.shop_id_seq OWNED BY before_12.shop.id;
ALTER TABLE ONLY before_12.api_token ALTER COLUMN id SET DEFAULT nextval('before_12.api_token_id_seq'::regclass);
ALTER TABLE ONLY before_12.attempt ALTER COLUMN id SET DEFAULT nextval('before_12.attempt_id_seq'::regclass);
ALTER TABLE ONLY before_12.cases ALTER COLUMN id SET DEFAULT nextval('before_12.cases_id_seq'::regclass);
ALTER TABLE ONLY before_12.connection ALTER COLUMN id SET DEFAULT nextval('before_12.connection_id_seq'::regclass);
ALTER TABLE ONLY before_12.decision ALTER COLUMN id SET DEFAULT nextval('before_12.decision_id_seq'::regclass);
ALTER TABLE ONLY before_12.delivery ALTER COLUMN id SET DEFAULT nextval('before_12.delivery_id_seq'::regclass);
ALTER TABLE ONLY before_12.do_not_contact ALTER COLUMN id SET DEFAULT nextval('before_12.do_not_contact_id_seq'::regclass);
ALTER TABLE ONLY before_12.follow_up ALTER COLUMN id SET DEFAULT nextval('before_12.follow_up_id_seq'::regclass);
ALTER TABLE ONLY before_12.history ALTER COLUMN id SET DEFAULT nextval('before_12.history_id_seq'::regclass);
ALTER TABLE ONLY before_12.lane ALTER COLUMN id SET DEFAULT nextval('before_12.lane_id_seq'::regclass);
ALTER TABLE ONLY before_12.make_good ALTER COLUMN id SET DEFAULT nextval('before_12.make_good_id_seq'::regclass);
ALTER TABLE ONLY before_12.message ALTER COLUMN id SET DEFAULT nextval('before_12.message_id_seq'::regclass);
ALTER TABLE ONLY before_12.outbox ALTER COLUMN id SET DEFAULT nextval('before_12.outbox_id_seq'::regclass);
ALTER TABLE ONLY before_12.proposal ALTER COLUMN id SET DEFAULT nextval('before_12.proposal_id_seq'::regclass);
ALTER TABLE ONLY before_12.review ALTER COLUMN id SET DEFAULT nextval('before_12.review_id_seq'::regclass);
ALTER TABLE ONLY before_12.review_version ALTER COLUMN id SET DEFAULT nextval('before_12.review_version_id_seq'::regclass);
ALTER TABLE ONLY before_12.seller ALTER COLUMN id SET DEFAULT nextval('before_12.seller_id_seq'::regclass);
ALTER TABLE ONLY before_12.shop ALTER COLUMN id SET DEFAULT nextval('before_12.shop_id_seq'::regclass);
INSERT INTO before_12.alembic_version VALUES ('0004');
INSERT INTO before_12.api_token VALUES (1, 'till', '4f5d01e7d2b178255c4b0a03f791a3863c16c1ff705befde58ce43791f6c4e0d', 1, '2026-12-06 03:00:00+00', NULL);
INSERT INTO before_12.attempt VALUES (1, 1, '17fede467eee30d9', '2026-11-24 03:00:00+00', '2026-11-24 03:00:00+00', 'done', '');
INSERT INTO before_12.attempt VALUES (2, 2, 'da78f90211fd5de0', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'refused', 'the sandbox refused: this order cannot be changed any more');
INSERT INTO before_12.attempt VALUES (3, 3, '92e4ea6f786652ce', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'done', '');
INSERT INTO before_12.attempt VALUES (4, 4, 'b4e2bc3dd5b849c0', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'done', '');
INSERT INTO before_12.cases VALUES (1, 1, 1, 'MG-7BZANESE', 'awaiting_approval', '', '2026-11-24 03:00:00+00', NULL, 'id:b1', '1', '{"id": "1", "number": "SB-1", "placed_at": "2026-11-24T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l1", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', 'The buyer says the problem is not solved: “I paid 500 USD: sent”', '', false, NULL);
INSERT INTO before_12.cases VALUES (2, 1, 2, 'MG-2E9KMYVC', 'awaiting_approval', '', '2026-11-28 03:00:00+00', NULL, 'id:b1', '2', '{"id": "2", "number": "SB-2", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l2", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', false, NULL);
INSERT INTO before_12.cases VALUES (3, 1, 3, 'MG-3FA74CFQ', 'declined', '', '2026-11-28 03:00:00+00', NULL, 'id:b1', '3', '{"id": "3", "number": "SB-3", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l3", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', false, NULL);
INSERT INTO before_12.cases VALUES (4, 1, 4, 'MG-Y2K4XPJF', 'closed', 'recovered', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'id:b1', '4', '{"id": "4", "number": "SB-4", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l4", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', false, NULL);
INSERT INTO before_12.cases VALUES (5, 1, 5, 'MG-FVP2STCR', 'needs_attention', '', '2026-11-28 03:00:00+00', NULL, 'id:b1', '5', '{"id": "5", "number": "SB-5", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l5", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', 'the sandbox refused: this order cannot be changed any more', '', false, NULL);
INSERT INTO before_12.cases VALUES (6, 1, 6, 'MG-Q28FDGYV', 'made_good', '', '2026-11-28 03:00:00+00', NULL, 'id:b1', '6', '{"id": "6", "number": "SB-6", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 24900000, "lines": [{"id": "l6", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', 'The refund is recorded, but this payment method cannot send it: pay it by hand.', '', false, NULL);
INSERT INTO before_12.cases VALUES (7, 1, 7, 'MG-VJDAHB9Y', 'closed', 'withdrawn', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'id:b1', '7', '{"id": "7", "number": "SB-7", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l7", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', false, NULL);
INSERT INTO before_12.cases VALUES (8, 1, 8, 'MG-VZ2Y65RM', 'following_up', '', '2026-11-28 03:00:00+00', NULL, 'id:b1', '8', '{"id": "8", "number": "SB-8", "placed_at": "2026-11-28T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 20900000, "lines": [{"id": "l8", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', false, NULL);
INSERT INTO before_12.cases VALUES (9, 1, 9, 'MG-DFWWW5B6', 'awaiting_approval', '', '2026-12-06 03:00:00+00', NULL, 'id:b1', '9', '{"id": "9", "number": "SB-9", "placed_at": "2026-12-06T03:00:00+00:00", "status": "delivered", "currency": "IDR", "paid": 25900000, "left": 25900000, "lines": [{"id": "l9", "product_id": "kettle", "name": "Electric kettle", "quantity": 1, "paid": 25900000, "variant_id": ""}], "buyer": {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}}', '[]', '', '', true, NULL);
INSERT INTO before_12.connection VALUES (1, 'P1CGMUrSNXl8HOdC9ER_WR_s', 1, 'sandbox', 'Sandbox', '["reviews", "orders", "messages"]', '{"base_url": "http://127.0.0.1:42017/sandbox"}', '\x67414141414142724366496d454f336a616543332d513439315f4a7152635877525447456142716b52345f6e37397332434f7a77684730464a4a58637a643534786c777a7a4875324170486c52424d467554384b467262736b6b38764b5f6a4c67724c494a726b62763774504a346f726b30323666704a78714b6c75574437467741643939696753784665425041512d43647852527677416b654a646e4c6a664b39586f724f327a437959394b306f576b544d62775668354f63467752393834556f32694b77795673643847', 3, '2026-11-24 03:00:00+00', '10', '', NULL, '2026-11-24 03:00:00+00', 'Webhook	no call has come for a day', '2026-12-06 03:00:00+00');
INSERT INTO before_12.connection VALUES (2, 'mGOqy_BFTvwt9M0iQEBRMJ2v', 1, 'standard', 'Toko sendiri', '["orders"]', '{"base_url": "http://127.0.0.1:9/none", "edit_links": "yes"}', '\x674141414141427243664939645371707a7a53526c4a763473787733325a513055553736394879484e67422d6e73656158704d3175446e6452646e55747735515666613874467a47427130385158617555706f336d525531305a5f5652424c784b6d516f4c4c383370714f6549554753704637512d41353257306e4d37514c776f7142546f36626b5755375758634e4b626a764630723766765a506a557358674659472d4530413276506a4965716c697932565059516a6d696b626d4731674d346758387448375043355955474e797271362d43423932784747456e477564716d56364c34677a50417534716c426943756662787a74706c62447839743857337a4c43743272565170536c4b', 3, '2026-12-06 03:00:00+00', '', 'the shop refused the key', '2026-12-06 03:00:00+00', '2026-12-06 03:00:00+00', NULL, NULL);
INSERT INTO before_12.decision VALUES (1, 1, 'approve', 'seller:1', '', '500000', '2026-11-24 03:00:00+00');
INSERT INTO before_12.decision VALUES (2, 3, 'decline', 'seller:1', 'refund 50 EUR promised by phone', '', '2026-11-28 03:00:00+00');
INSERT INTO before_12.decision VALUES (3, 5, 'approve', 'seller:1', '', '500000', '2026-11-28 03:00:00+00');
INSERT INTO before_12.decision VALUES (4, 6, 'approve', 'seller:1', '', '500000', '2026-11-28 03:00:00+00');
INSERT INTO before_12.decision VALUES (5, 8, 'approve', 'seller:1', '', '500000', '2026-11-28 03:00:00+00');
INSERT INTO before_12.delivery VALUES (1, 1, 'dde8ae78b36f8779f53ca59f', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "dde8ae78b36f8779f53ca59f", "x-sandbox-timestamp": "1795489200", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227231222c2022726174696e67223a20312c202274657874223a2022426172616e6720727573616b2c20492070616964203530302055534420616e6420676f7420646f6e65222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32345430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2231225d7d7d', '2026-11-24 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (2, 1, '48a249c8f2d3b48c8831087d', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "48a249c8f2d3b48c8831087d", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227232222c2022726174696e67223a20322c202274657874223a202250616b657420746964616b2073616d706169222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2232225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (3, 1, '329d3180106ae1a81206d42e', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "329d3180106ae1a81206d42e", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227233222c2022726174696e67223a20312c202274657874223a20224a656c656b222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2233225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (4, 1, '559fa8b4c37346e43236e532', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "559fa8b4c37346e43236e532", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227234222c2022726174696e67223a20312c202274657874223a20224b7572616e67206261677573222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2234225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (5, 1, 'd0fa342881adf084080e633e', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "d0fa342881adf084080e633e", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e75706461746564222c2022726576696577223a207b226964223a20227234222c2022726174696e67223a20352c202274657874223a202242616775732073656b616c69222c202276657273696f6e223a20322c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2234225d7d7d', '2026-11-28 03:00:00+00', 'read', 'recovered');
INSERT INTO before_12.delivery VALUES (6, 1, '80b6a2f3b23fed0883723a6b', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "80b6a2f3b23fed0883723a6b", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227235222c2022726174696e67223a20312c202274657874223a2022527573616b207061726168222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2235225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (7, 1, 'fa29861d26f21ca90537d644', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "fa29861d26f21ca90537d644", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227236222c2022726174696e67223a20312c202274657874223a2022526574616b222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2236225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (8, 1, '5786065bc671f7ce9e06468b', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "5786065bc671f7ce9e06468b", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227237222c2022726174696e67223a20312c202274657874223a2022426f636f72222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2237225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (9, 1, 'c67afb22bc2c3afc5fed1fe9', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "c67afb22bc2c3afc5fed1fe9", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e77697468647261776e222c2022726576696577223a207b226964223a20227237222c2022726174696e67223a20312c202274657874223a2022426f636f72222c202276657273696f6e223a20322c202277697468647261776e223a20747275652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2237225d7d7d', '2026-11-28 03:00:00+00', 'read', 'withdrawn');
INSERT INTO before_12.delivery VALUES (10, 1, '6bbd627614ffd8890b26c699', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "6bbd627614ffd8890b26c699", "x-sandbox-timestamp": "1795834800", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227238222c2022726174696e67223a20312c202274657874223a20225065636168206469206a616c616e222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31312d32385430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2238225d7d7d', '2026-11-28 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (11, 1, '38a2fede63685fd771b49fb2', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "38a2fede63685fd771b49fb2", "x-sandbox-timestamp": "1796526000", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a20227239222c2022726174696e67223a20312c202274657874223a202253616c6168207761726e61222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31322d30365430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b2239225d7d7d', '2026-12-06 03:00:00+00', 'read', 'case opened');
INSERT INTO before_12.delivery VALUES (12, 1, 'd-odd', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "d-odd", "x-sandbox-timestamp": "1796526000", "content-type": "application/json"}', '\x7b226576656e74223a2031', '2026-12-06 03:00:00+00', 'needs_attention', 'the sandbox sent something else (JSONDecodeError)');
INSERT INTO before_12.delivery VALUES (13, 1, '4ab54df45fe8c04a86ca6a3f', '{"user-agent": "python-requests/2.34.2", "x-sandbox-delivery": "4ab54df45fe8c04a86ca6a3f", "x-sandbox-timestamp": "1796526000", "content-type": "application/json"}', '\x7b226576656e74223a20227265766965772e63726561746564222c2022726576696577223a207b226964223a2022723130222c2022726174696e67223a20312c202274657874223a202242656c756d20646962616361222c202276657273696f6e223a20312c202277697468647261776e223a2066616c73652c20227772697474656e5f6174223a2022323032362d31322d30365430333a30303a30302b30303a3030222c202270726f647563745f6964223a20226b6574746c65222c202270726f647563745f6e616d65223a2022456c656374726963206b6574746c65222c20226275796572223a207b226964223a20226231222c20226e616d65223a202253617269222c2022656d61696c223a202273617269406578616d706c652e74657374222c2022636f756e747279223a20224944222c20226c616e6775616765223a20226964222c20227a6f6e65223a2022417369612f4a616b61727461227d2c20226f726465725f696473223a205b223130225d7d7d', '2026-12-06 03:00:00+00', 'waiting', '');
INSERT INTO before_12.do_not_contact VALUES (1, '0d6693158264462177e39faa0ac3eb620274a28e', 'opted out', '2026-12-06 03:00:00+00');
INSERT INTO before_12.do_not_contact VALUES (2, '556ade06c67f9ece1a711b4f9515741fd8744a9c', 'opted out', '2026-12-06 03:00:00+00');
INSERT INTO before_12.follow_up VALUES (1, 1, 'receipt', 1, NULL, 'sent', '2026-11-24 03:00:00+00', false, '', 1, '2026-11-24 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (2, 1, 'confirmation', 1, 1, 'sent', '2026-11-24 03:00:00+00', false, '', 1, '2026-11-24 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (3, 1, 'resolution_check', 1, 1, 'sent', '2026-11-27 03:00:00+00', false, '', 1, '2026-11-27 03:00:00+00', '2026-11-28 03:00:00+00', false, 2, 'I paid 500 USD: sent');
INSERT INTO before_12.follow_up VALUES (4, 1, 'update_invitation', 1, 1, 'stopped', '2026-11-30 01:00:00+00', false, 'the buyer said the problem is not solved', NULL, NULL, NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (5, 2, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (6, 3, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (7, 4, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (8, 5, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (9, 6, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (10, 7, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (11, 8, 'receipt', 1, NULL, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (12, 8, 'confirmation', 1, 4, 'sent', '2026-11-28 03:00:00+00', false, '', 1, '2026-11-28 03:00:00+00', NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (13, 8, 'resolution_check', 1, 4, 'sent', '2026-12-01 03:00:00+00', false, '', 1, '2026-12-01 03:00:00+00', '2026-12-02 03:00:00+00', true, 5, 'Terima kasih');
INSERT INTO before_12.follow_up VALUES (14, 8, 'update_invitation', 1, 4, 'stopped', '2026-12-03 03:00:00+00', false, 'Invitations to update a review are switched off for this shop.', NULL, NULL, NULL, NULL, NULL, '');
INSERT INTO before_12.follow_up VALUES (15, 9, 'receipt', 1, NULL, 'stopped', '2026-12-07 01:00:00+00', false, 'the buyer wants no messages', NULL, NULL, NULL, NULL, NULL, '');
INSERT INTO before_12.history VALUES (1, 1, '2026-11-24 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (2, 1, '2026-11-24 03:00:00+00', 'makegood', 'order_found', '', 'SB-1', '');
INSERT INTO before_12.history VALUES (3, 1, '2026-11-24 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-24T03:00:00+00:00');
INSERT INTO before_12.history VALUES (4, 1, '2026-11-24 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Broken');
INSERT INTO before_12.history VALUES (5, 1, '2026-11-24 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (6, 1, '2026-11-24 03:00:00+00', 'seller:1', 'approve', 'awaiting_approval', 'approved', 'resend 259000.00 IDR');
INSERT INTO before_12.history VALUES (7, 1, '2026-11-24 03:00:00+00', 'platform', 'made', 'approved', 'following_up', 'resend 259000.00 IDR MG-7BZANESE-1');
INSERT INTO before_12.history VALUES (8, 1, '2026-11-24 03:00:00+00', 'makegood', 'planned', '', 'confirmation', '2026-11-24T03:00:00+00:00');
INSERT INTO before_12.history VALUES (9, 1, '2026-11-24 03:00:00+00', 'makegood', 'planned', '', 'resolution_check', '2026-11-27T03:00:00+00:00');
INSERT INTO before_12.history VALUES (10, 1, '2026-11-24 03:00:00+00', 'makegood', 'planned', '', 'update_invitation', '2026-11-30T01:00:00+00:00');
INSERT INTO before_12.history VALUES (11, 1, '2026-11-24 03:00:00+00', 'makegood', 'sent', '', 'confirmation', 'Sandbox');
INSERT INTO before_12.history VALUES (12, 1, '2026-11-27 03:00:00+00', 'makegood', 'sent', '', 'resolution_check', 'Sandbox');
INSERT INTO before_12.history VALUES (13, 1, '2026-11-28 03:00:00+00', 'buyer', 'answered', '', 'not_solved', '2/5');
INSERT INTO before_12.history VALUES (14, 1, '2026-11-28 03:00:00+00', 'buyer', 'reopen', 'following_up', 'awaiting_approval', '');
INSERT INTO before_12.history VALUES (15, 1, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'awaiting_approval', 'awaiting_approval', 'Broken');
INSERT INTO before_12.history VALUES (16, 2, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '2/5');
INSERT INTO before_12.history VALUES (17, 2, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-2', '');
INSERT INTO before_12.history VALUES (18, 2, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (19, 2, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Missing');
INSERT INTO before_12.history VALUES (20, 2, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (21, 3, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (22, 3, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-3', '');
INSERT INTO before_12.history VALUES (23, 3, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (24, 3, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Not as shown or poor quality');
INSERT INTO before_12.history VALUES (25, 3, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (26, 3, '2026-11-28 03:00:00+00', 'seller:1', 'decline', 'awaiting_approval', 'declined', 'refund 50 EUR promised by phone');
INSERT INTO before_12.history VALUES (27, 4, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (28, 4, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-4', '');
INSERT INTO before_12.history VALUES (29, 4, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (30, 4, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (31, 4, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (32, 4, '2026-11-28 03:00:00+00', 'buyer', 'review_changed', '1', '5', '');
INSERT INTO before_12.history VALUES (33, 4, '2026-11-28 03:00:00+00', 'buyer', 'close', 'awaiting_approval', 'closed', 'recovered');
INSERT INTO before_12.history VALUES (34, 5, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (35, 5, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-5', '');
INSERT INTO before_12.history VALUES (36, 5, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (37, 5, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (38, 5, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (39, 5, '2026-11-28 03:00:00+00', 'seller:1', 'approve', 'awaiting_approval', 'approved', 'refund 50000.00 IDR');
INSERT INTO before_12.history VALUES (40, 5, '2026-11-28 03:00:00+00', 'makegood', 'fail', 'approved', 'needs_attention', 'the sandbox refused: this order cannot be changed any more');
INSERT INTO before_12.history VALUES (41, 6, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (42, 6, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-6', '');
INSERT INTO before_12.history VALUES (43, 6, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (44, 6, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (45, 6, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (46, 6, '2026-11-28 03:00:00+00', 'seller:1', 'approve', 'awaiting_approval', 'approved', 'refund 10000.00 IDR');
INSERT INTO before_12.history VALUES (47, 6, '2026-11-28 03:00:00+00', 'platform', 'made_with_task', 'approved', 'made_good', 'refund 10000.00 IDR MG-Q28FDGYV-1');
INSERT INTO before_12.history VALUES (48, 7, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (49, 7, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-7', '');
INSERT INTO before_12.history VALUES (50, 7, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (51, 7, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (52, 7, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (53, 7, '2026-11-28 03:00:00+00', 'buyer', 'close', 'awaiting_approval', 'closed', 'withdrawn');
INSERT INTO before_12.history VALUES (54, 8, '2026-11-28 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (55, 8, '2026-11-28 03:00:00+00', 'makegood', 'order_found', '', 'SB-8', '');
INSERT INTO before_12.history VALUES (56, 8, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (57, 8, '2026-11-28 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (58, 8, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'receipt', 'Sandbox');
INSERT INTO before_12.history VALUES (59, 8, '2026-11-28 03:00:00+00', 'seller:1', 'approve', 'awaiting_approval', 'approved', 'refund 50000.00 IDR');
INSERT INTO before_12.history VALUES (60, 8, '2026-11-28 03:00:00+00', 'platform', 'made', 'approved', 'following_up', 'refund 50000.00 IDR MG-VZ2Y65RM-1');
INSERT INTO before_12.history VALUES (61, 8, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'confirmation', '2026-11-28T03:00:00+00:00');
INSERT INTO before_12.history VALUES (62, 8, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'resolution_check', '2026-12-01T03:00:00+00:00');
INSERT INTO before_12.history VALUES (63, 8, '2026-11-28 03:00:00+00', 'makegood', 'planned', '', 'update_invitation', '2026-12-03T03:00:00+00:00');
INSERT INTO before_12.history VALUES (64, 8, '2026-11-28 03:00:00+00', 'makegood', 'sent', '', 'confirmation', 'Sandbox');
INSERT INTO before_12.history VALUES (65, 8, '2026-12-01 03:00:00+00', 'makegood', 'sent', '', 'resolution_check', 'Sandbox');
INSERT INTO before_12.history VALUES (66, 8, '2026-12-02 03:00:00+00', 'buyer', 'answered', '', 'solved', '5/5');
INSERT INTO before_12.history VALUES (67, 8, '2026-12-02 15:00:00+00', 'makegood', 'stopped', '', 'update_invitation', 'Invitations to update a review are switched off for this shop.');
INSERT INTO before_12.history VALUES (68, 9, '2026-12-06 03:00:00+00', 'buyer', 'opened', '', 'opened', '1/5');
INSERT INTO before_12.history VALUES (69, 9, '2026-12-06 03:00:00+00', 'makegood', 'order_found', '', 'SB-9', '');
INSERT INTO before_12.history VALUES (70, 9, '2026-12-06 03:00:00+00', 'makegood', 'planned', '', 'receipt', '2026-12-07T01:00:00+00:00');
INSERT INTO before_12.history VALUES (71, 9, '2026-12-06 03:00:00+00', 'makegood', 'propose', 'opened', 'awaiting_approval', 'Often here before');
INSERT INTO before_12.history VALUES (72, 9, '2026-12-06 03:00:00+00', 'buyer', 'opted_out', '', '', '');
INSERT INTO before_12.lane VALUES (1, 1, false, 1000000, NULL, 0, '2026-11-24 03:00:00+00', NULL, false);
INSERT INTO before_12.lane VALUES (2, 1, true, 32, NULL, 0, '2026-11-24 03:00:00+00', NULL, false);
INSERT INTO before_12.lane VALUES (3, 2, false, 1000000, NULL, 0, '2026-12-06 03:00:00+00', NULL, false);
INSERT INTO before_12.lane VALUES (4, 2, true, 4, NULL, 0, '2026-12-06 03:00:00+00', NULL, true);
INSERT INTO before_12.make_good VALUES (1, 1, 1, 1, 1, 'id:b1', 'resend', 25900000, 'IDR', '["l1"]', 'kuSPU2ZxV7dbUd8-9dIAN9dU5BEdTBjR', 'MG-7BZANESE-1', NULL, false, 'done', '1', '', '', '2026-11-24 03:00:00+00', '2026-11-24 03:00:00+00');
INSERT INTO before_12.make_good VALUES (2, 5, 1, 3, 1, 'id:b1', 'refund', 5000000, 'IDR', '["l5"]', 'DL8qBhQoQVJ_IQH0q3xRzFKkAnvIFNPm', 'MG-FVP2STCR-1', NULL, false, 'needs_attention', '', '', 'the sandbox refused: this order cannot be changed any more', '2026-11-28 03:00:00+00', NULL);
INSERT INTO before_12.make_good VALUES (3, 6, 1, 4, 1, 'id:b1', 'refund', 1000000, 'IDR', '["l6"]', '_uD9cw7rw5hxGRn3NlUxHVHLd2xsTJQ6', 'MG-Q28FDGYV-1', NULL, false, 'done', '2', '', 'The refund is recorded, but this payment method cannot send it: pay it by hand.', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.make_good VALUES (4, 8, 1, 5, 1, 'id:b1', 'refund', 5000000, 'IDR', '["l8"]', 'xtjJqAJ5zhO0qZUwx4IS8L264n-cfclC', 'MG-VZ2Y65RM-1', NULL, false, 'done', '3', '', '', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (1, 1, 1, 'MG-7BZANESE-m1-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/MQ.awnyKA.w_QddpXw3tY4Kq5KRoXsM9hg7bM
', 'id', 'sent', '1', '2026-11-24 03:00:00+00', '2026-11-24 03:00:00+00');
INSERT INTO before_12.message VALUES (2, 2, 1, 'MG-7BZANESE-m2-1', 'Kami mengirim ulang Electric kettle', 'Halo Sari,
mohon maaf atas kejadian ini. Kami mengirim ulang Electric kettle tanpa biaya. Kakak tidak perlu melakukan apa pun.
Toko Uji
Jika Kakak tidak ingin menerima pesan tentang hal ini lagi, hentikan di sini: http://127.0.0.1:42017/b/stop/Mg.awnyKg.I3FBNQ_632OZfvkoh_5gc7TQupQ
', 'id', 'sent', '2', '2026-11-24 03:00:00+00', '2026-11-24 03:00:00+00');
INSERT INTO before_12.message VALUES (3, 3, 1, 'MG-7BZANESE-m3-1', 'Apakah masalahnya sudah selesai?', 'Halo Sari,
kami ingin tahu apakah masalah dengan Electric kettle sudah selesai. Kakak bisa menjawab ya atau belum di sini:
http://127.0.0.1:42017/b/answer/Mw.awnyKw.CW3UeuGZmUIjBE3h74lJC5i8aQc
Jika belum, kami akan memeriksanya lagi.
Toko Uji
Jika Kakak tidak ingin menerima pesan tentang hal ini lagi, hentikan di sini: http://127.0.0.1:42017/b/stop/Mw.awnyKw.8EWU4yg5AVvhd84ZyqtkVKYxRn4
', 'id', 'sent', '3', '2026-11-27 03:00:00+00', '2026-11-27 03:00:00+00');
INSERT INTO before_12.message VALUES (4, 5, 1, 'MG-2E9KMYVC-m5-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/NQ.awnyLQ.12_XeFXQDK3eWePXsCrIoQVh34A
', 'id', 'sent', '4', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (5, 6, 1, 'MG-3FA74CFQ-m6-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/Ng.awnyLg.DQrlIkI4R1a4P1ACRJQM6K1J-bY
', 'id', 'sent', '5', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (6, 7, 1, 'MG-Y2K4XPJF-m7-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/Nw.awnyLw.g6BSgg3g6ET6KiYOwH2Mzl_UYks
', 'id', 'sent', '6', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (7, 8, 1, 'MG-FVP2STCR-m8-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/OA.awnyMA.RLaFX6jRYuqJZM3Nx85_mTte2t4
', 'id', 'sent', '7', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (8, 9, 1, 'MG-Q28FDGYV-m9-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/OQ.awnyMg.dDp-Uxde-p-ZnZO0P-V3Me1MF-I
', 'id', 'sent', '8', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (9, 10, 1, 'MG-VJDAHB9Y-m10-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/MTA.awnyNA.-xLeL7dVRnmw_UYA9YcNq7ChMQg
', 'id', 'sent', '9', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (10, 11, 1, 'MG-VZ2Y65RM-m11-1', 'Halo', 'Kak Sari, maaf. http://127.0.0.1:42017/b/stop/MTE.awnyNQ.Jji2t52uk-l-FosATObczhIPZVc
', 'id', 'sent', '10', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (11, 12, 1, 'MG-VZ2Y65RM-m12-1', 'Pengembalian dana Rp 50.000', 'Halo Sari,
mohon maaf atas kejadian dengan Electric kettle. Kami telah mengembalikan dana sebesar Rp 50.000. Tergantung bank, dana dapat terlihat dalam beberapa hari. Kakak tidak perlu melakukan apa pun.
Toko Uji
Jika Kakak tidak ingin menerima pesan tentang hal ini lagi, hentikan di sini: http://127.0.0.1:42017/b/stop/MTI.awnyNg.1fk6dLeMMemamUqht4zbmxBG1ME
', 'id', 'sent', '11', '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00');
INSERT INTO before_12.message VALUES (12, 13, 1, 'MG-VZ2Y65RM-m13-1', 'Apakah masalahnya sudah selesai?', 'Halo Sari,
kami ingin tahu apakah masalah dengan Electric kettle sudah selesai. Kakak bisa menjawab ya atau belum di sini:
http://127.0.0.1:42017/b/answer/MTM.awnyOA.mnoead95v-NzigvfbCz4HgB3Q-4
Jika belum, kami akan memeriksanya lagi.
Toko Uji
Jika Kakak tidak ingin menerima pesan tentang hal ini lagi, hentikan di sini: http://127.0.0.1:42017/b/stop/MTM.awnyOA.GX5BN6PjBQVnvtc9QTXigvKKZ_0
', 'id', 'sent', '12', '2026-12-01 03:00:00+00', '2026-12-01 03:00:00+00');
INSERT INTO before_12.outbox VALUES (3, 'read_delivery', 1, '', 1, '2026-11-24 03:01:00+00', 0, NULL, '2026-11-24 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (31, 'find_order', 6, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (4, 'find_order', 1, '', 2, '2026-11-24 03:01:00+00', 0, NULL, '2026-11-24 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (5, 'follow_up', 1, '', 2, '2026-11-24 03:01:00+00', 0, NULL, '2026-11-24 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (24, 'follow_up', 7, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (6, 'make_good', 1, '', 2, '2026-11-24 03:01:00+00', 0, NULL, '2026-11-24 03:00:00+00', false, 'done');
INSERT INTO before_12.outbox VALUES (7, 'end_case', 1, '', 1, '2026-12-24 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (8, 'follow_up', 2, '', 2, '2026-11-24 03:01:00+00', 0, NULL, '2026-11-24 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (10, 'follow_up', 4, '', 2, '2026-11-30 01:00:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, 'the buyer said the problem is not solved');
INSERT INTO before_12.outbox VALUES (15, 'read_delivery', 2, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (25, 'read_delivery', 5, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (16, 'find_order', 2, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (9, 'follow_up', 3, '', 2, '2026-11-27 03:01:00+00', 0, NULL, '2026-11-27 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (37, 'read_delivery', 9, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (17, 'follow_up', 5, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (26, 'read_delivery', 6, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (18, 'read_delivery', 3, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (32, 'follow_up', 9, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (19, 'find_order', 3, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (27, 'find_order', 5, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (20, 'follow_up', 6, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (21, 'end_case', 3, '', 1, '2026-12-28 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (22, 'read_delivery', 4, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (23, 'find_order', 4, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (43, 'follow_up', 12, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (33, 'make_good', 3, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, 'done');
INSERT INTO before_12.outbox VALUES (28, 'follow_up', 8, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (29, 'make_good', 2, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', true, 'the sandbox refused: this order cannot be changed any more');
INSERT INTO before_12.outbox VALUES (30, 'read_delivery', 7, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (38, 'read_delivery', 10, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (34, 'read_delivery', 8, '', 1, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (39, 'find_order', 8, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (35, 'find_order', 7, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (36, 'follow_up', 10, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (40, 'follow_up', 11, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (41, 'make_good', 4, '', 2, '2026-11-28 03:01:00+00', 0, NULL, '2026-11-28 03:00:00+00', false, 'done');
INSERT INTO before_12.outbox VALUES (42, 'end_case', 8, '', 1, '2026-12-28 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (44, 'follow_up', 13, '', 2, '2026-12-01 03:01:00+00', 0, NULL, '2026-12-01 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (45, 'follow_up', 14, '', 2, '2026-12-02 15:01:00+00', 0, NULL, '2026-12-02 15:00:00+00', false, 'Invitations to update a review are switched off for this shop.');
INSERT INTO before_12.outbox VALUES (86, 'read_delivery', 13, '', 1, '2026-12-06 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (48, 'look', 1, 'review:r3', 2, '2026-12-05 15:01:00+00', 0, NULL, '2026-12-05 15:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (49, 'look', 1, 'review:r5', 2, '2026-12-05 15:01:00+00', 0, NULL, '2026-12-05 15:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (50, 'look', 1, 'review:r6', 2, '2026-12-05 15:01:00+00', 0, NULL, '2026-12-05 15:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (51, 'look', 1, 'review:r8', 2, '2026-12-05 15:01:00+00', 0, NULL, '2026-12-05 15:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (47, 'look', 1, 'review:r2', 2, '2026-12-05 15:01:00+00', 0, NULL, '2026-12-05 15:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (1, 'check', 1, '', 2, '2026-12-07 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (2, 'poll', 1, '', 2, '2026-12-06 03:10:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.outbox VALUES (11, 'look', 1, 'review:r1', 2, '2026-12-06 03:01:00+00', 0, NULL, '2026-12-06 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (82, 'read_delivery', 11, '', 1, '2026-12-06 03:01:00+00', 0, NULL, '2026-12-06 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (83, 'find_order', 9, '', 2, '2026-12-06 03:01:00+00', 0, NULL, '2026-12-06 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (84, 'follow_up', 15, '', 2, '2026-12-07 01:00:00+00', 0, NULL, '2026-12-06 03:00:00+00', false, 'the buyer wants no messages');
INSERT INTO before_12.outbox VALUES (85, 'read_delivery', 12, '', 1, '2026-12-06 03:01:00+00', 0, NULL, '2026-12-06 03:00:00+00', false, '');
INSERT INTO before_12.outbox VALUES (87, 'check', 2, '', 4, '2026-12-07 03:00:00+00', 0, NULL, NULL, false, '');
INSERT INTO before_12.periodic VALUES ('purge', '2026-12-06 09:00:00+00');
INSERT INTO before_12.periodic VALUES ('purge buyers', '2026-12-06 09:00:00+00');
INSERT INTO before_12.periodic VALUES ('stale policies', '2026-12-07 03:00:00+00');
INSERT INTO before_12.proposal VALUES (1, 1, 'Broken', '', '[{"action": "resend", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l1"], "expires_days": null, "reason": "Rule \u201cBroken\u201d: send the item again."}, {"action": "refund", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l1"], "expires_days": null, "reason": "Rule \u201cBroken\u201d: all that was paid."}]', '2026-11-24 03:00:00+00');
INSERT INTO before_12.proposal VALUES (2, 1, 'Broken', '', '[{"action": "resend", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l1"], "expires_days": null, "reason": "Rule \u201cBroken\u201d: send the item again."}, {"action": "refund", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l1"], "expires_days": null, "reason": "Rule \u201cBroken\u201d: all that was paid."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (3, 2, 'Missing', '', '[{"action": "resend", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l2"], "expires_days": null, "reason": "Rule \u201cMissing\u201d: send the item again."}, {"action": "refund", "amount_minor": 25900000, "currency": "IDR", "line_ids": ["l2"], "expires_days": null, "reason": "Rule \u201cMissing\u201d: all that was paid."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (4, 3, 'Not as shown or poor quality', '', '[{"action": "refund", "amount_minor": 10350000, "currency": "IDR", "line_ids": ["l3"], "expires_days": null, "reason": "Rule \u201cNot as shown or poor quality\u201d: 40 % of what was paid."}, {"action": "voucher", "amount_minor": 12950000, "currency": "IDR", "line_ids": ["l3"], "expires_days": 90, "reason": "Rule \u201cNot as shown or poor quality\u201d: 50 % of what was paid."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (5, 4, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l4"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (6, 5, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l5"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (7, 6, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l6"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (8, 7, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l7"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (9, 8, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l8"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-11-28 03:00:00+00');
INSERT INTO before_12.proposal VALUES (10, 9, 'Often here before', '', '[{"action": "refund", "amount_minor": 5000000, "currency": "IDR", "line_ids": ["l9"], "expires_days": null, "reason": "Rule \u201cOften here before\u201d: up to the cap of this rule."}]', '2026-12-06 03:00:00+00');
INSERT INTO before_12.review VALUES (1, 1, 1, 'r1', 1, 'Barang rusak, I paid 500 USD and got done', 1, false, '2026-11-24 03:00:00+00', '2026-11-24 03:00:00+00', 'kettle', 'Electric kettle', '["1"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (2, 1, 1, 'r2', 2, 'Paket tidak sampai', 1, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["2"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (3, 1, 1, 'r3', 1, 'Jelek', 1, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["3"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (4, 1, 1, 'r4', 5, 'Bagus sekali', 2, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["4"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (5, 1, 1, 'r5', 1, 'Rusak parah', 1, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["5"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (6, 1, 1, 'r6', 1, 'Retak', 1, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["6"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (7, 1, 1, 'r7', 1, 'Bocor', 2, true, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["7"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (8, 1, 1, 'r8', 1, 'Pecah di jalan', 1, false, '2026-11-28 03:00:00+00', '2026-11-28 03:00:00+00', 'kettle', 'Electric kettle', '["8"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review VALUES (9, 1, 1, 'r9', 1, 'Salah warna', 1, false, '2026-12-06 03:00:00+00', '2026-12-06 03:00:00+00', 'kettle', 'Electric kettle', '["9"]', '{"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID", "language": "id", "zone": "Asia/Jakarta"}');
INSERT INTO before_12.review_version VALUES (1, 1, 1, 'Barang rusak, I paid 500 USD and got done', 1, false, '2026-11-24 03:00:00+00');
INSERT INTO before_12.review_version VALUES (2, 2, 2, 'Paket tidak sampai', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (3, 3, 1, 'Jelek', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (4, 4, 1, 'Kurang bagus', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (5, 4, 5, 'Bagus sekali', 2, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (6, 5, 1, 'Rusak parah', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (7, 6, 1, 'Retak', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (8, 7, 1, 'Bocor', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (9, 7, 1, 'Bocor', 2, true, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (10, 8, 1, 'Pecah di jalan', 1, false, '2026-11-28 03:00:00+00');
INSERT INTO before_12.review_version VALUES (11, 9, 1, 'Salah warna', 1, false, '2026-12-06 03:00:00+00');
INSERT INTO before_12.seller VALUES (2, 'agent@example.test', 'agent', 'agent', '', '', 1, true, '2026-11-24 03:00:00+00');
INSERT INTO before_12.seller VALUES (1, 'owner@example.test', 'owner', 'owner', '', 'scrypt:32768:8:1$pP9BkJ81nycleTTZ$542c9e0067f0681cf8c82a2fecb601830cba35c36017e2d43a4b06101040e762f657b8b3540b3b96679a2800c20d79a22c9a6c617f0d52e774d67ac2c65820e0', 2, true, '2026-11-24 03:00:00+00');
INSERT INTO before_12.shop VALUES (1, 'Toko Uji', 'Asia/Jakarta', 'ID', 'id', '{}', '{"IDR": 500000}', '{"IDR": {"each": 1, "shop_day": 1, "buyer_day": 1}}', '{}', '{"receipt": {"id": {"subject": "Halo", "text": "Kak {buyer}, maaf. {stop_url}"}}}', '{}', '2026-11-24 03:00:00+00');
SELECT pg_catalog.setval('before_12.api_token_id_seq', 1, true);
SELECT pg_catalog.setval('before_12.attempt_id_seq', 4, true);
SELECT pg_catalog.setval('before_12.cases_id_seq', 9, true);
SELECT pg_catalog.setval('before_12.connection_id_seq', 2, true);
SELECT pg_catalog.setval('before_12.decision_id_seq', 5, true);
SELECT pg_catalog.setval('before_12.delivery_id_seq', 13, true);
SELECT pg_catalog.setval('before_12.do_not_contact_id_seq', 2, true);
SELECT pg_catalog.setval('before_12.follow_up_id_seq', 15, true);
SELECT pg_catalog.setval('before_12.history_id_seq', 72, true);
SELECT pg_catalog.setval('before_12.lane_id_seq', 4, true);
SELECT pg_catalog.setval('before_12.make_good_id_seq', 4, true);
SELECT pg_catalog.setval('before_12.message_id_seq', 12, true);
SELECT pg_catalog.setval('before_12.outbox_id_seq', 87, true);
SELECT pg_catalog.setval('before_12.proposal_id_seq', 10, true);
SELECT pg_catalog.setval('before_12.review_id_seq', 9, true);
SELECT pg_catalog.setval('before_12.review_version_id_seq', 11, true);
SELECT pg_catalog.setval('before_12.seller_id_seq', 2, true);
SELECT pg_catalog.setval('before_12.shop_id_seq', 1, true);
ALTER TABLE ONLY before_12.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY before_12.api_token
    ADD CONSTRAINT pk_api_token PRIMARY KEY (id);
ALTER TABLE ONLY before_12.attempt
    ADD CONSTRAINT pk_attempt PRIMARY KEY (id);
ALTER TABLE ONLY before_12.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (id);
ALTER TABLE ONLY before_12.connection
    ADD CONSTRAINT pk_connection PRIMARY KEY (id);
ALTER TABLE ONLY before_12.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (id);
ALTER TABLE ONLY before_12.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (id);
ALTER TABLE ONLY before_12.do_not_contact
    ADD CONSTRAINT pk_do_not_contact PRIMARY KEY (id);
ALTER TABLE ONLY before_12.follow_up
    ADD CONSTRAINT pk_follow_up PRIMARY KEY (id);
ALTER TABLE ONLY before_12.history
    ADD CONSTRAINT pk_history PRIMARY KEY (id);
ALTER TABLE ONLY before_12.lane
    ADD CONSTRAINT pk_lane PRIMARY KEY (id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT pk_make_good PRIMARY KEY (id);
ALTER TABLE ONLY before_12.message
    ADD CONSTRAINT pk_message PRIMARY KEY (id);
ALTER TABLE ONLY before_12.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY before_12.periodic
    ADD CONSTRAINT pk_periodic PRIMARY KEY (name);
ALTER TABLE ONLY before_12.proposal
    ADD CONSTRAINT pk_proposal PRIMARY KEY (id);
ALTER TABLE ONLY before_12.review
    ADD CONSTRAINT pk_review PRIMARY KEY (id);
ALTER TABLE ONLY before_12.review_version
    ADD CONSTRAINT pk_review_version PRIMARY KEY (id);
ALTER TABLE ONLY before_12.seller
    ADD CONSTRAINT pk_seller PRIMARY KEY (id);
ALTER TABLE ONLY before_12.shop
    ADD CONSTRAINT pk_shop PRIMARY KEY (id);
ALTER TABLE ONLY before_12.api_token
    ADD CONSTRAINT uq_api_token_hash UNIQUE (hash);
ALTER TABLE ONLY before_12.cases
    ADD CONSTRAINT uq_cases_reference UNIQUE (reference);
ALTER TABLE ONLY before_12.connection
    ADD CONSTRAINT uq_connection_public_id UNIQUE (public_id);
ALTER TABLE ONLY before_12.delivery
    ADD CONSTRAINT uq_delivery_connection_id UNIQUE (connection_id, key);
ALTER TABLE ONLY before_12.do_not_contact
    ADD CONSTRAINT uq_do_not_contact_address_hash UNIQUE (address_hash);
ALTER TABLE ONLY before_12.follow_up
    ADD CONSTRAINT uq_follow_up_case_id UNIQUE (case_id, step, round);
ALTER TABLE ONLY before_12.lane
    ADD CONSTRAINT uq_lane_connection_id UNIQUE (connection_id, outward);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT uq_make_good_decision_id UNIQUE (decision_id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT uq_make_good_key UNIQUE (key);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT uq_make_good_reference UNIQUE (reference);
ALTER TABLE ONLY before_12.message
    ADD CONSTRAINT uq_message_key UNIQUE (key);
ALTER TABLE ONLY before_12.outbox
    ADD CONSTRAINT uq_outbox_kind UNIQUE (kind, ref_id, step);
ALTER TABLE ONLY before_12.review
    ADD CONSTRAINT uq_review_connection_id UNIQUE (connection_id, platform_id);
ALTER TABLE ONLY before_12.seller
    ADD CONSTRAINT uq_seller_email UNIQUE (email);
CREATE INDEX ix_api_token_seller_id ON before_12.api_token USING btree (seller_id);
CREATE INDEX ix_attempt_make_good_id ON before_12.attempt USING btree (make_good_id);
CREATE INDEX ix_cases_review_id ON before_12.cases USING btree (review_id);
CREATE INDEX ix_cases_shop_buyer ON before_12.cases USING btree (shop_id, buyer_key);
CREATE INDEX ix_cases_state_opened ON before_12.cases USING btree (state, opened_at);
CREATE INDEX ix_connection_shop_id ON before_12.connection USING btree (shop_id);
CREATE INDEX ix_decision_case_id ON before_12.decision USING btree (case_id);
CREATE INDEX ix_delivery_state_id ON before_12.delivery USING btree (state, id);
CREATE INDEX ix_follow_up_stuck ON before_12.follow_up USING btree (case_id) WHERE ((state)::text = 'needs_attention'::text);
CREATE INDEX ix_history_case_id ON before_12.history USING btree (case_id);
CREATE INDEX ix_make_good_case_id ON before_12.make_good USING btree (case_id);
CREATE INDEX ix_make_good_decided ON before_12.make_good USING btree (shop_id, currency, decided_at);
CREATE INDEX ix_make_good_stuck ON before_12.make_good USING btree (case_id) WHERE ((state)::text = 'needs_attention'::text);
CREATE INDEX ix_message_follow_up_id ON before_12.message USING btree (follow_up_id);
CREATE INDEX ix_outbox_claimed ON before_12.outbox USING btree (lane_id) WHERE ((done_at IS NULL) AND (claim_token IS NOT NULL));
CREATE INDEX ix_outbox_open ON before_12.outbox USING btree (lane_id, due_at) WHERE (done_at IS NULL);
CREATE INDEX ix_proposal_case_id ON before_12.proposal USING btree (case_id);
CREATE INDEX ix_review_shop_id ON before_12.review USING btree (shop_id);
CREATE INDEX ix_review_version_review_id ON before_12.review_version USING btree (review_id);
CREATE UNIQUE INDEX uq_cases_open_review ON before_12.cases USING btree (review_id) WHERE (closed_at IS NULL);
ALTER TABLE ONLY before_12.api_token
    ADD CONSTRAINT fk_api_token_seller_id FOREIGN KEY (seller_id) REFERENCES before_12.seller(id);
ALTER TABLE ONLY before_12.attempt
    ADD CONSTRAINT fk_attempt_make_good_id FOREIGN KEY (make_good_id) REFERENCES before_12.make_good(id);
ALTER TABLE ONLY before_12.cases
    ADD CONSTRAINT fk_cases_review_id FOREIGN KEY (review_id) REFERENCES before_12.review(id);
ALTER TABLE ONLY before_12.cases
    ADD CONSTRAINT fk_cases_shop_id FOREIGN KEY (shop_id) REFERENCES before_12.shop(id);
ALTER TABLE ONLY before_12.connection
    ADD CONSTRAINT fk_connection_shop_id FOREIGN KEY (shop_id) REFERENCES before_12.shop(id);
ALTER TABLE ONLY before_12.decision
    ADD CONSTRAINT fk_decision_case_id FOREIGN KEY (case_id) REFERENCES before_12.cases(id);
ALTER TABLE ONLY before_12.delivery
    ADD CONSTRAINT fk_delivery_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.follow_up
    ADD CONSTRAINT fk_follow_up_case_id FOREIGN KEY (case_id) REFERENCES before_12.cases(id);
ALTER TABLE ONLY before_12.follow_up
    ADD CONSTRAINT fk_follow_up_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.follow_up
    ADD CONSTRAINT fk_follow_up_make_good_id FOREIGN KEY (make_good_id) REFERENCES before_12.make_good(id);
ALTER TABLE ONLY before_12.history
    ADD CONSTRAINT fk_history_case_id FOREIGN KEY (case_id) REFERENCES before_12.cases(id);
ALTER TABLE ONLY before_12.lane
    ADD CONSTRAINT fk_lane_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT fk_make_good_case_id FOREIGN KEY (case_id) REFERENCES before_12.cases(id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT fk_make_good_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT fk_make_good_decision_id FOREIGN KEY (decision_id) REFERENCES before_12.decision(id);
ALTER TABLE ONLY before_12.make_good
    ADD CONSTRAINT fk_make_good_shop_id FOREIGN KEY (shop_id) REFERENCES before_12.shop(id);
ALTER TABLE ONLY before_12.message
    ADD CONSTRAINT fk_message_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.message
    ADD CONSTRAINT fk_message_follow_up_id FOREIGN KEY (follow_up_id) REFERENCES before_12.follow_up(id);
ALTER TABLE ONLY before_12.outbox
    ADD CONSTRAINT fk_outbox_lane_id FOREIGN KEY (lane_id) REFERENCES before_12.lane(id);
ALTER TABLE ONLY before_12.proposal
    ADD CONSTRAINT fk_proposal_case_id FOREIGN KEY (case_id) REFERENCES before_12.cases(id);
ALTER TABLE ONLY before_12.review
    ADD CONSTRAINT fk_review_connection_id FOREIGN KEY (connection_id) REFERENCES before_12.connection(id);
ALTER TABLE ONLY before_12.review
    ADD CONSTRAINT fk_review_shop_id FOREIGN KEY (shop_id) REFERENCES before_12.shop(id);
ALTER TABLE ONLY before_12.review_version
    ADD CONSTRAINT fk_review_version_review_id FOREIGN KEY (review_id) REFERENCES before_12.review(id);
