/**
 * Keeps the app itself, so that it opens where there is no network. What is asked of the
 * installation goes past it.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

interface Shell {
  made: string;
  shell: string[];
  /** The words of each language, of which only one is kept. */
  words: Record<string, string>;
}

// The build puts the list here.
const { made, shell, words } = "the shell" as unknown as Shell;
const PAGE = "/stamper/";
/** One for each build and language: a page finds all that it was made with, or nothing of it. */
const language = new URL(worker.location.href).searchParams.get("language") ?? "en";
const NAME = `stamper-${made}-${language}`;
const PICTURES = "stamper-pictures";

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(take()));
worker.addEventListener("message", ({ data }) => {
  if (data === "begin") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(cached(PAGE, request));
  else if (pathname.startsWith(PAGE)) event.respondWith(cached(request, request));
  // A merchant's logo has an address that never says anything else.
  else if (pathname.startsWith("/media/")) event.respondWith(picture(request));
});

async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  const files = [...shell, words[language] ?? words.en].filter((each) => each !== undefined);
  await Promise.all(
    files.map(async (file) => {
      // Names of files carry their hash: what an earlier build has kept need not be fetched again.
      const before = file === PAGE ? undefined : await caches.match(file);
      await (before
        ? cache.put(file, before)
        : cache.add(new Request(file, { cache: "no-cache" })));
    }),
  );
}

async function take(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("stamper-") && name !== NAME && name !== PICTURES)
      await caches.delete(name);
  }
  await worker.clients.claim();
}

async function cached(key: RequestInfo, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  // Of a language that was chosen just now, only the next worker has the words.
  const found = (await cache.match(key, { ignoreSearch: true })) ?? (await caches.match(key));
  return found ?? fetch(request);
}

async function picture(request: Request): Promise<Response> {
  const cache = await caches.open(PICTURES);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
