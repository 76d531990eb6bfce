// Put behind JupyterLite's config-utils.js, which every page loads first, by tools/make_lab.py. The service worker keeps
// what it sees, and a first visit begins without it: it is told what had been loaded by then.
performance.setResourceTimingBufferSize(2000);
navigator.serviceWorker?.ready.then((worker) => {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.active?.postMessage({ loaded: [...loaded, window.location.href.split(/[?#]/)[0]] });
});
