"""One help article, with links that lead on."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QTextBrowser

from companion.domain.support.help_articles import Article
from companion.ui.widgets.basic import Card, label

_ARTICLE = "article"


class ArticleView(Card):
    """One article, as tall as its text; `asked_for` names a linked article, `web_page` the address of a page."""

    asked_for = Signal(str)
    web_page = Signal(str)

    def __init__(self) -> None:
        super().__init__(spacing=8)
        self._title = label("", "heading")
        self._text = QTextBrowser()
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setOpenLinks(False)
        self._text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text.setStyleSheet("border: none; padding: 0; background: transparent;")
        self._text.document().setDocumentMargin(0)
        self._text.document().documentLayout().documentSizeChanged.connect(
            lambda size: self._text.setFixedHeight(int(size.height()) + 4)
        )
        self._text.anchorClicked.connect(self._follow)
        self._store = label("", "small")
        self.add(self._title, self._text, self._store)

    def show_article(self, article: Article, store: str) -> None:
        """Show an article of our own; `store` is the name of the store whose numbers are in it, or empty."""
        self._title.setText(article.title)
        self._text.setAccessibleName(article.title)
        self._text.setMarkdown(article.body)
        self._store.setText(f"Days and numbers are those of {store}." if store else "")
        self._store.setVisible(bool(store))

    def _follow(self, link: QUrl) -> None:
        if link.scheme() == _ARTICLE:
            self.asked_for.emit(link.path())
        elif link.scheme() in ("https", "http"):
            self.web_page.emit(link.toString())
