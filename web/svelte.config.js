import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		// One page for every route: the binary answers any unknown path with it.
		adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
		// Absolute, since the same file is served at any depth.
		paths: { relative: false },
		// Registered by hand (lib/state/update.svelte.ts), to be able to offer a new version.
		serviceWorker: { register: false },
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				// WebAssembly, for the barcode reader of browsers that have none; no text becomes script by it.
				'script-src': ['self', 'wasm-unsafe-eval'],
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self', 'data:', 'blob:'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self']
			}
		}
	}
};
