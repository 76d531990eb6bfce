// Put behind JupyterLite's config-utils.js, which every page loads first, by tools/make_lab.py.

// The service worker keeps what it sees, and a first visit begins without it: it is told what had been loaded by then.
performance.setResourceTimingBufferSize(2000);
navigator.serviceWorker?.ready.then((worker) => {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.active?.postMessage({ loaded: [...loaded, window.location.href.split(/[?#]/)[0]] });
});

// On a phone, and in half a window, the list of files would leave no room for the notebook.
if (window.innerWidth < 800) {
  const look = setInterval(async () => {
    const app = window.jupyterapp;
    if (app) {
      clearInterval(look);
      await app.restored;
      app.shell.collapseLeft();
      if (app.shell.isSideTabBarVisible("right")) {
        app.commands.execute("application:toggle-side-tabbar", { side: "right" });
      }
    }
  }, 100);
}
