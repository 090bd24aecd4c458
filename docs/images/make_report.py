"""Draw the README's pictures of the report anew; needs Playwright and Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
# What a picture shows, as the elements it begins and ends with.
PICTURES = {"report.png": ("header.top", ".second"), "lambda.png": ("#explore-title", ".pair")}
MARGIN = 16


def main() -> None:
    """Run the demonstration and photograph its report."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        subprocess.run([sys.executable, "-m", "ridgeline", "demo"], cwd=folder, check=True, capture_output=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 900})
        page.goto((Path(folder) / "demo-output/report.html").as_uri())
        for name, (first, last) in PICTURES.items():
            top, bottom = (page.locator(selector).first.bounding_box() for selector in (first, last))
            if top and bottom:
                y = max(0.0, top["y"] - MARGIN)
                height = bottom["y"] + bottom["height"] + MARGIN - y
                clip = {"x": 0.0, "y": y, "width": 1240.0, "height": height}
                page.screenshot(path=HERE / name, full_page=True, clip=clip)
        browser.close()


if __name__ == "__main__":
    main()
