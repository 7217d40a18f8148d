import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` and `npm run preview` find the API.
const api = process.env.ONHAND_API ?? 'http://127.0.0.1:8080';
const proxy = { '/api': { target: api, changeOrigin: false } };

export default defineConfig({
	plugins: [sveltekit()],
	server: { proxy },
	preview: { proxy },
	build: { target: 'es2022' },
	// Without it vitest takes Svelte's server build, in which runes don't react.
	resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
