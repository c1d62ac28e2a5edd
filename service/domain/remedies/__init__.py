"""Rules of make-goods: the playbook and the limits."""
