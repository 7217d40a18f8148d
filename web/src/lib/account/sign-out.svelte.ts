import { asProblem, fallbackTitle } from '$lib/api/problem';
import { counting } from '$lib/counting/presence.svelte';
import { t } from '$lib/i18n';
import { outbox } from '$lib/state/device-outbox.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { mine } from './unsent';

/** Signing out, unless something of this person still waits on the device: it can only be sent in their name. */
class SignOut {
	/** The sheet that says why not, and the way out. */
	open = $state(false);
	busy = $state(false);

	unsent = $derived(mine(outbox.commands, session.me?.id ?? null, counting.unsent));

	async go(): Promise<void> {
		if (this.unsent.total) {
			this.open = true;
			return;
		}
		try {
			await session.signOut();
		} catch (error) {
			const problem = asProblem(error);
			const reason = problem.detail || problem.title || t(fallbackTitle(problem));
			toasts.show({ text: t('signout.failed', { reason }), tone: 'error' });
		}
	}

	/** The way out: all that waits goes first. */
	async sendAndGo(): Promise<void> {
		this.busy = true;
		try {
			await outbox.drain();
			await counting.drain(true);
		} finally {
			this.busy = false;
		}
		if (this.unsent.total) return;
		this.open = false;
		await this.go();
	}
}

export const signOut = new SignOut();
