export interface Toast {
	id: number;
	text: string;
	detail?: string;
	/** A line of its own under it, which may change while it is shown. */
	note?: string;
	tone: 'ok' | 'info' | 'warn' | 'error';
	action?: { label: string; run: () => void | Promise<void> };
}

/** Short messages at the edge of the screen. They leave by themselves, unless the pointer or the focus is on them. */
class Toasts {
	list = $state<Toast[]>([]);
	#next = 1;
	#timers = new Map<number, ReturnType<typeof setTimeout>>();
	#left = new Map<number, number>();

	show(toast: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone']; seconds?: number }): number {
		const id = this.#next++;
		const { seconds, ...rest } = toast;
		// Two at most: an older one has been read, or never will be.
		while (this.list.length >= 2) this.dismiss(this.list[0]!.id);
		this.list.push({ tone: 'ok', ...rest, id });
		// What can be acted on stays longer (WCAG 2.2.1).
		this.#left.set(id, (seconds ?? (toast.action ? 12 : 6)) * 1000);
		this.resume(id);
		return id;
	}

	/** Says more of the same; nothing where it is gone. */
	update(id: number, more: Partial<Pick<Toast, 'detail' | 'note' | 'tone'>>): void {
		const toast = this.list.find((shown) => shown.id === id);
		if (toast) Object.assign(toast, more);
	}

	has(id: number): boolean {
		return this.list.some((toast) => toast.id === id);
	}

	dismiss(id: number): void {
		this.hold(id);
		this.#left.delete(id);
		this.list = this.list.filter((toast) => toast.id !== id);
	}

	hold(id: number): void {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
	}

	resume(id: number): void {
		const left = this.#left.get(id);
		if (left === undefined) return;
		this.hold(id);
		this.#timers.set(id, setTimeout(() => this.dismiss(id), left));
	}
}

export const toasts = new Toasts();
