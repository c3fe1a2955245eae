"""Reading the HTML that a view makes: well-formed, and what its reader sees of it."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Whether every element that opens closes, and the text in all of them."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words, self.wrong = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.words += data


def shown_text(html):
    """The words of well-formed HTML."""
    tags = Tags(html)
    assert ([], []) == (tags.open, tags.wrong)
    return " ".join(tags.words.split())
