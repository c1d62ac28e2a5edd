"""A message is shown as HTML by channels that can."""

from __future__ import annotations

from service.operations.messages.mail_html import to_html


def test_markup_is_escaped_and_links_work_when_html_is_made() -> None:
    made = to_html('Hi <b>"you"</b>\n\nSee https://x.example/?a=1&b=2.\nBye')

    assert made == (
        "<p>Hi &lt;b&gt;&quot;you&quot;&lt;/b&gt;</p>\n"
        '<p>See <a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>.<br>\n'
        "Bye</p>\n"
    )
