/** Whether the device has a network at all. It may still not reach the server: what is sent tells. */
class Network {
	online = $state(typeof navigator === 'undefined' ? true : navigator.onLine);

	/** How often it came back: also where it was never known to be gone, as after a reload without one. */
	back = $state(0);

	constructor() {
		if (typeof window === 'undefined') return;
		window.addEventListener('online', () => {
			this.online = true;
			this.back += 1;
		});
		window.addEventListener('offline', () => (this.online = false));
	}
}

export const network = new Network();
