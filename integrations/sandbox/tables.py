"""The tables of the sandbox's ledger, and how an older ledger is upgraded."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS buyer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, country TEXT,
  language TEXT, zone TEXT);
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, number TEXT UNIQUE, buyer_id INTEGER,
  product_id TEXT, product_name TEXT, quantity INTEGER, paid_minor INTEGER, currency TEXT,
  placed_at TEXT, status TEXT, trouble TEXT DEFAULT '', trouble_left INTEGER DEFAULT 0,
  edit_key TEXT);
CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, order_id INTEGER, product_id TEXT,
  product_name TEXT, paid_minor INTEGER);
CREATE INDEX IF NOT EXISTS line_order ON line (order_id);
CREATE TABLE IF NOT EXISTS made (id INTEGER PRIMARY KEY, action TEXT, key TEXT, reference TEXT,
  order_id INTEGER, amount_minor INTEGER, currency TEXT, code TEXT, task TEXT, at TEXT);
CREATE INDEX IF NOT EXISTS made_reference ON made (reference);
CREATE INDEX IF NOT EXISTS made_key ON made (key);
CREATE INDEX IF NOT EXISTS made_order ON made (order_id); CREATE INDEX IF NOT EXISTS made_code ON made (code);
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, key TEXT, order_id INTEGER,
  recipient TEXT, subject TEXT, text TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS buyer_words (id INTEGER PRIMARY KEY, order_id INTEGER, message_id INTEGER,
  text TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS reply (id INTEGER PRIMARY KEY, key TEXT, review_id INTEGER UNIQUE, text TEXT,
  at TEXT);
CREATE TABLE IF NOT EXISTS callback (id INTEGER PRIMARY KEY, delivery TEXT, body BLOB, due_at TEXT,
  tries INTEGER DEFAULT 0, sent_at TEXT);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due_at) WHERE sent_at IS NULL;
CREATE TABLE IF NOT EXISTS knob (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS forgotten (made_id INTEGER PRIMARY KEY);
"""
REVIEW = """
CREATE TABLE review (id INTEGER PRIMARY KEY, order_id INTEGER, rating INTEGER, text TEXT,
  version INTEGER, withdrawn INTEGER DEFAULT 0, written_at TEXT, changed INTEGER,
  line_id INTEGER DEFAULT 0, photo INTEGER DEFAULT 0, UNIQUE (order_id, line_id));
CREATE INDEX review_changed ON review (changed);
"""
"""`line_id` 0: the first line of the order, which is kept with it."""
OLD_REVIEWS = """
DROP INDEX review_changed;
ALTER TABLE review RENAME TO old_review;
"""
ADDED = (
    ("buyer", "phone", "TEXT DEFAULT ''"),
    ("buyer", "address", "TEXT DEFAULT ''"),
    ("review", "photo", "INTEGER DEFAULT 0"),
    ("made", "used_at", "TEXT"),
    ("made", "used_order", "TEXT"),
    ("made", "saved_minor", "INTEGER"),
)
