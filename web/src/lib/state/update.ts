import { dev } from '$app/environment';
import { t } from '$lib/i18n';
import { toasts } from './toasts.svelte';

const LOOK_EVERY_MS = 30 * 60 * 1000;

/** Registers the service worker, and offers a new version instead of swapping it under somebody's fingers. */
export function watchForUpdates(): void {
	if (dev || !('serviceWorker' in navigator)) return;
	// On the very first visit the worker takes over without anything new to show.
	const hadWorker = navigator.serviceWorker.controller !== null;
	let reloading = false;
	navigator.serviceWorker.addEventListener('controllerchange', () => {
		if (!hadWorker || reloading) return;
		reloading = true;
		location.reload();
	});
	void navigator.serviceWorker.register('/service-worker.js').then((registration) => {
		if (registration.waiting && hadWorker) offer(registration.waiting);
		registration.addEventListener('updatefound', () => {
			const worker = registration.installing;
			worker?.addEventListener('statechange', () => {
				if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker);
			});
		});
		setInterval(() => void registration.update().catch(() => {}), LOOK_EVERY_MS);
	}, () => {
		// Without it the app still works, just not offline.
	});
}

function offer(worker: ServiceWorker): void {
	toasts.show({
		text: t('update.ready'),
		tone: 'info',
		seconds: 24 * 3600,
		action: { label: t('action.reload'), run: () => worker.postMessage('take-over') }
	});
}
