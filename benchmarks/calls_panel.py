"""What 1,000 calls cost the calls panel: kernel messages and bytes, time to first paint, time per new call.

    python benchmarks/calls_panel.py [calls]

A session makes the calls against a sandbox in this process; the panel's kernel side is the real one, and its messages
are counted as they would go to a front end. A real Chromium draws what they say: first all of them at once, as a panel
does that is opened late, then one more at a time. Nothing here waits for a network.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from typing import Any

from clients import versions
from playwright.sync_api import sync_playwright

from vipps_nb import Credentials, Environment, Sandbox, Secret, VippsSession
from vipps_nb.client.recorder import listen
from vipps_nb.notebook.calls_panel.live import LiveCalls
from vipps_nb.widgets import card

PAGE = """
async (esm) => {
  const panel = (await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })))).default;
  const listeners = [];
  window.tell = (content) => listeners.forEach((hear) => hear(content));
  window.asked = [];
  const model = {
    on: (name, hear) => name === "msg:custom" && listeners.push(hear),
    off: () => undefined,
    send: (content) => window.asked.push(content),
  };
  panel.render({ model, el: document.querySelector("main") });
}
"""
# From the message to the frame that shows it: what a person waits for.
PAINTED = """
(content) => new Promise((done) => {
  const began = performance.now();
  window.tell(content);
  const drawn = performance.now();
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done([drawn - began, performance.now() - began]);
    channel.port2.postMessage(0);
  });
})
"""
# Scrolled from the newest to the oldest, a screen at a time: the longest that one frame took.
SCROLLED = """
async () => {
  const list = document.querySelector(".vipps-nb-rows");
  let longest = 0;
  let before = await new Promise(requestAnimationFrame);
  for (let top = 0; top < list.scrollHeight; top += list.clientHeight) {
    list.scrollTop = top;
    const now = await new Promise(requestAnimationFrame);
    longest = Math.max(longest, now - before);
    before = now;
  }
  return [longest, document.querySelectorAll(".vipps-nb-row").length];
}
"""
FILTERED = """
() => {
  const field = document.querySelector(".vipps-nb-search");
  const began = performance.now();
  field.value = "order-1";
  field.dispatchEvent(new Event("input"));
  return performance.now() - began;
}
"""


def session_of(sandbox: Sandbox) -> VippsSession:
    """A session of the sandbox's own sales unit."""
    keys = sandbox.keys()
    secrets = Secret(keys["client_secret"]), Secret(keys["subscription_key"])
    credentials = Credentials(keys["client_id"], *secrets, keys["merchant_serial_number"])
    return VippsSession(credentials, Environment("sandbox", sandbox.base_url))


def main(number: int) -> None:
    """Measure and print."""
    print(versions())
    told: list[dict[str, Any]] = []
    came = threading.Event()
    with Sandbox() as sandbox:
        vipps = session_of(sandbox)
        live = LiveCalls({"vipps": vipps})

        def hear(content: dict[str, Any]) -> None:
            told.append(content)
            came.set()

        live.widget.send = hear  # type: ignore[method-assign]  # nobody else is there to hear it
        first = live
        listen(lambda history, call, outcome: first.add(history, call))
        vipps.get("/epayment/v1/payments/warm-up")
        live.widget._receive(None, {"ask": "rows", "id": 0}, None)
        told.clear()

        began = time.perf_counter()
        for place in range(number):
            vipps.get(f"/epayment/v1/payments/order-{place}")
        calling = time.perf_counter() - began
        while sum(len(one["rows"]) for one in told if "rows" in one) < number:
            came.wait(1)
            came.clear()
        sizes = [len(json.dumps(one)) for one in told]
        print(f"{number} calls in {calling:.1f} s: {len(told)} messages, {sum(sizes) / number:.0f} bytes a call")

        told.clear()
        live = LiveCalls({"vipps": vipps})
        live.widget.send = hear  # type: ignore[method-assign]
        began = time.perf_counter()
        live.widget._receive(None, {"ask": "rows", "id": 1}, None)
        took = time.perf_counter() - began
        [everything] = told
        print(
            f"opened late: one message of {len(json.dumps(everything)) / 1000:.0f} kB, written in {took * 1000:.0f} ms"
        )
        key = everything["all"][-1]["key"]
        began = time.perf_counter()
        live.widget._receive(None, {"ask": "details", "id": 2, "call": key}, None)
        took = time.perf_counter() - began
        print(f"details of one call: {len(json.dumps(told[-1])) / 1000:.1f} kB, written in {took * 1000:.0f} ms")
    in_the_browser(everything)


def in_the_browser(everything: dict[str, Any]) -> None:
    """Draw it in a real Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.set_content(f"<style>{card.stylesheet('calls.css')}</style><main></main>")
        page.evaluate(PAGE, card.script("calls.js"))
        question = page.evaluate("window.asked[0].id")
        drawn, painted = page.evaluate(PAINTED, {**everything, "id": question})
        print(f"first paint of {len(everything['all'])} rows: {drawn:.0f} ms of work, {painted:.0f} ms to the frame")
        news = []
        for place in range(100):
            row = {**everything["all"][-1], "key": f"new-{place}", "number": 10_000 + place}
            news.append(page.evaluate(PAINTED, {"rows": [row], "place": everything["place"]})[0])
        worst = max(news)
        print(
            f"each new call: {statistics.median(news):.1f} ms of work (median of {len(news)}), {worst:.1f} ms at worst"
        )
        longest, elements = page.evaluate(SCROLLED)
        print(f"scrolled through: {longest:.0f} ms the longest frame, {elements} rows are elements")
        print(f"filtered: {page.evaluate(FILTERED):.1f} ms")
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
