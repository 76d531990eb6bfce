// Put behind JupyterLite's config-utils.js, which every page loads first, by tools/make_lab.py.

// The service worker keeps what it sees, and a first visit begins without it: it is told what had been loaded by then.
performance.setResourceTimingBufferSize(2000);
navigator.serviceWorker?.ready.then((worker) => {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.active?.postMessage({ loaded: [...loaded, window.location.href.split(/[?#]/)[0]] });
});

// On a phone, and in half a window, the list of files would leave no room for the notebook. JupyterLab shows it when it
// opens the notebook of an address, so it is folded after that; not against whoever has unfolded it.
if (window.innerWidth < 800) {
  let end = Number.POSITIVE_INFINITY;
  const look = setInterval(() => {
    const shell = window.jupyterapp?.shell;
    if (shell?.currentWidget) {
      end = Math.min(end, Date.now() + 3000);
      shell.collapseLeft();
      if (shell.isSideTabBarVisible("right")) {
        window.jupyterapp.commands.execute("application:toggle-side-tabbar", { side: "right" });
      }
    }
    if (Date.now() > end) {
      clearInterval(look);
    }
  }, 100);
  window.addEventListener("pointerdown", () => clearInterval(look), { once: true });
}
