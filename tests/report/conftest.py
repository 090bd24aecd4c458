"""Facts and pages that several tests look at: each is made once."""

from __future__ import annotations

import pytest
from facts import breast_cancer, customers, diabetes, genes, wide
from sparse import lasso, sparse_classes

from ridgeline.report import render

MAKERS = {
    "breast_cancer": breast_cancer, "customers": customers, "diabetes": diabetes, "genes": genes, "wide": wide,
    "lasso": lasso, "sparse_classes": sparse_classes,
}  # fmt: skip


@pytest.fixture(scope="session")
def facts_of():
    """Facts by the name of their data set; not to be changed."""
    return lambda name: MAKERS[name]()


@pytest.fixture(scope="session")
def page_of():
    """Pages by the name of their data set."""
    pages: dict[str, str] = {}

    def page(name: str) -> str:
        if name not in pages:
            pages[name] = render(MAKERS[name]())
        return pages[name]

    return page
