import { sendKept } from '$lib/api/client';
import { offlineProblem } from '$lib/api/problem';
import type { Quantities, VarianceAnswer } from '$lib/api/types';
import { t } from '$lib/i18n';
import { levels } from './levels.svelte';
import { network } from './network.svelte';
import { Outbox, type Command, type Delivery, type Draft, type OutboxTable } from './outbox';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

/** After that long it is better to say "saved on this device" than to let somebody stand and wait. */
const SEND_TIMEOUT_MS = 10_000;

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
		delivered: (_command, answer) => this.#deliveredLater(answer),
		refused: () => this.#refusedLater(),
		setTimer: (run, ms) => setTimeout(run, ms),
		clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
		exclusively
	});

	async submit(draft: Draft): Promise<Delivery<VarianceAnswer>> {
		const delivery = await this.#outbox.submit<VarianceAnswer>(draft);
		if (delivery.kind === 'sent') applyAnswer(delivery.answer);
		return delivery;
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

	#deliveredLater(answer: unknown): void {
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

async function send(command: Command): Promise<unknown> {
	if (!network.online) throw offlineProblem();
	try {
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
