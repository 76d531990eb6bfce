// Keeps what a visit has loaded, so that the next one loads it from this browser, also where no network is.
// What has a hash in its address never changes and is not asked for again. The rest is asked for, and comes from here
// when nobody answers. JupyterLite's own worker comes after it and brings notebooks' files to Python; it can keep things
// too, but forgets that it should once the browser has put it to sleep.
(() => {
  const KEPT = "vipps-nb-lab-VERSION"; // tools/make_lab.py writes what changes with every file of the site
  const SCOPE = new URL("./", self.location.href);
  const NEVER_CHANGES = /\/static\/pyodide-[0-9a-f]+\/|\.[0-9a-f]{7,20}\.(?:js|css|wasm|woff2?|ttf|eot|svg)$/;
  const NOT_A_FILE = /\/api\/(?:drive|stdin)\b|\/api\/service-worker-heartbeat$/;

  const ours = (request) => {
    const url = new URL(request.url);
    return (
      request.method === "GET" &&
      url.origin === SCOPE.origin &&
      url.pathname.startsWith(SCOPE.pathname) &&
      !NOT_A_FILE.test(url.pathname)
    );
  };

  const neverChanges = (url) => NEVER_CHANGES.test(url.pathname) || url.searchParams.has("_");

  const keep = async (request, response) => {
    if (response.ok && response.type === "basic") {
      try {
        await (await caches.open(KEPT)).put(request, response);
      } catch {
        // A browser that has no room, or keeps nothing for this window, is no reason to fail.
      }
    }
  };

  const kept = async (request) => {
    const cache = await caches.open(KEPT).catch(() => undefined);
    // A page is the same whichever notebook its address names.
    return cache?.match(request, { ignoreSearch: request.mode === "navigate" });
  };

  const answer = async (event) => {
    const { request } = event;
    const known = neverChanges(new URL(request.url)) ? await kept(request) : undefined;
    if (known) {
      return known;
    }
    try {
      const response = await fetch(request);
      event.waitUntil(keep(request, response.clone()));
      return response;
    } catch (error) {
      const former = await kept(request);
      if (former) {
        return former;
      }
      throw error;
    }
  };

  self.addEventListener("fetch", (event) => {
    if (ours(event.request)) {
      event.stopImmediatePropagation(); // JupyterLite's would answer as well
      event.respondWith(answer(event));
    }
  });

  // What a page had loaded before this worker was there.
  self.addEventListener("message", (event) => {
    if (event.data?.loaded) {
      const requests = event.data.loaded.map((url) => new Request(url)).filter(ours);
      const bring = async (request) => (await kept(request)) ?? keep(request, await fetch(request));
      event.waitUntil(Promise.allSettled(requests.map(bring)));
    }
  });

  self.addEventListener("activate", (event) => {
    const former = (name) => name.startsWith("vipps-nb-lab-") && name !== KEPT;
    event.waitUntil(
      caches.keys().then((names) => Promise.all(names.filter(former).map((name) => caches.delete(name)))),
    );
  });
})();

importScripts("./service-worker-jupyterlite.js");
