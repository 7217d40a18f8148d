/// <reference types="@sveltejs/kit" />
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { build, files, version } from '$service-worker';

const worker = self as unknown as ServiceWorkerGlobalScope;

/** The shell of one version. Answers of the API are never kept: an old quantity is worse than none. */
const CACHE = `shell-${version}`;
const SHELL = '/';
const ASSETS = new Set([...build, ...files]);

worker.addEventListener('install', (event) => {
	// The server gives its start page only to those who ask for a page.
	const requests = [
		new Request(SHELL, { cache: 'reload', headers: { accept: 'text/html' } }),
		...[...ASSETS].map((path) => new Request(path, { cache: 'reload' }))
	];
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((keys) => Promise.all(keys.filter((key) => key.startsWith('shell-') && key !== CACHE).map((key) => caches.delete(key))))
			.then(() => worker.clients.claim())
	);
});

// The person has said "Reload".
worker.addEventListener('message', (event) => {
	if (event.data === 'take-over') void worker.skipWaiting();
});

/** What the server answers itself, whatever the address looks like. `oauth`: a shop leads a person there. */
const SERVER = /^\/(api|oauth|healthz|readyz|metrics)(\/|$)/;

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== location.origin || SERVER.test(url.pathname)) return;
	if (ASSETS.has(url.pathname)) event.respondWith(cached(url.pathname, request));
	else if (request.mode === 'navigate') event.respondWith(cached(SHELL, request));
});

/** Shell and code of one version belong together, so both come from its cache. */
async function cached(path: string, request: Request): Promise<Response> {
	const cache = await caches.open(CACHE);
	// `ignoreVary`: the same file whatever the request accepts.
	return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}
