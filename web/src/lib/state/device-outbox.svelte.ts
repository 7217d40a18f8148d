import { sendFile, sendKept, type Query } from '$lib/api/client';
import { offlineProblem, Problem } from '$lib/api/problem';
import type { Quantities, VarianceAnswer } from '$lib/api/types';
import { t } from '$lib/i18n';
import { levels } from './levels.svelte';
import { network } from './network.svelte';
import { Outbox, type Command, type Delivery, type Draft, type OutboxTable, type Parcel } from './outbox';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

/** After that long it is better to say "saved on this device" than to let somebody stand and wait. */
const SEND_TIMEOUT_MS = 10_000;
/** Nobody waits for a photo, and a stockroom's signal is weak. */
const PHOTO_TIMEOUT_MS = 60_000;

let table: Promise<OutboxTable> | null = null;
function openTable(): Promise<OutboxTable> {
	table ??= import('./outbox-db').then((m) => m.openOutbox());
	// After a failure the next try opens it anew.
	table.catch(() => (table = null));
	return table;
}

/** The outbox of this device, for the screens to see. */
class DeviceOutbox {
	commands = $state.raw<Command[]>([]);
	/** The sheet that lists what waits. */
	open = $state(false);

	waiting = $derived(this.commands.filter((c) => c.state === 'queued').length);
	rejected = $derived(this.commands.filter((c) => c.state === 'rejected').length);

	#outbox = new Outbox({
		table: openTable,
		send,
		userId: () => session.me?.id ?? null,
		changed: (commands) => (this.commands = commands),
		delivered: (command, answer) => this.#deliveredLater(command, answer),
		refused: () => this.#refusedLater(),
		setTimer: (run, ms) => setTimeout(run, ms),
		clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
		exclusively
	});

	async submit(draft: Draft, photos: Parcel[] = []): Promise<Delivery<VarianceAnswer>> {
		const delivery = await this.#outbox.submit<VarianceAnswer>(draft, photos);
		if (delivery.kind === 'sent') applyAnswer(delivery.answer);
		return delivery;
	}

	/** Throws where the device can't store it. */
	keep(photo: Parcel): Promise<void> {
		return this.#outbox.keep(photo);
	}

	picture(id: string): Promise<Blob | null> {
		return this.#outbox.picture(id);
	}

	async start(): Promise<void> {
		try {
			await this.#outbox.start();
		} catch {
			// No storage on this device (a private window): `submit` will say so when it matters.
		}
	}

	async drain(): Promise<void> {
		try {
			await this.#outbox.drain();
		} catch {
			// As above.
		}
	}

	discard(id: string): Promise<void> {
		return this.#outbox.discard(id);
	}

	#deliveredLater(command: Command, answer: unknown): void {
		// Whoever looks at photos sees this one arrive.
		if (command.kind === 'photo') return;
		applyAnswer(answer as VarianceAnswer);
		toasts.show({ text: t('variance.sentLater', { count: 1 }) });
	}

	#refusedLater(): void {
		toasts.show({
			text: t('variance.rejectedLater', { count: 1 }),
			tone: 'error',
			action: { label: t('variance.show'), run: () => void (this.open = true) },
			seconds: 60
		});
	}
}

/** The new numbers go everywhere from the answer itself; the live event that follows says the same. */
export function applyAnswer(answer: VarianceAnswer): void {
	const movement = answer.movement;
	if (movement) levels.change(movement.facility_id, movement.sku.id, movement.seq, movement.level_after satisfies Quantities);
}

async function send(command: Command, file: Blob | null): Promise<unknown> {
	if (!network.online) throw offlineProblem();
	try {
		if (command.kind === 'photo') {
			if (!file) throw new Problem({ type: 'photo-gone', status: 410, title: t('photo.gone') });
			return await sendFile(command.path, command.body as Query, file, AbortSignal.timeout(PHOTO_TIMEOUT_MS));
		}
		return await sendKept(command.path, command.body, AbortSignal.timeout(SEND_TIMEOUT_MS));
	} catch (error) {
		// Too slow is as good as no answer: the command may have arrived, and its id makes the next try safe.
		if (error instanceof DOMException) throw offlineProblem();
		throw error;
	}
}

async function exclusively(run: () => Promise<void>): Promise<void> {
	if (!navigator.locks) return run();
	await navigator.locks.request('onhand-outbox', { ifAvailable: true }, async (lock) => {
		if (lock) await run();
	});
}

export const outbox = new DeviceOutbox();
