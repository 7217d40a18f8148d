import { isAbort } from '$lib/api/client';
import { createVariance, previewVariance } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { MyFacility, Product, Quantities, Reason, Sku, VarianceAnswer, VarianceBody } from '$lib/api/types';
import { serverNow, serverTimeKnown } from '$lib/clock';
import { uuidv7 } from '$lib/ids';
import { levels } from '$lib/state/levels.svelte';
import { applyAnswer, outbox } from '$lib/state/device-outbox.svelte';
import { network } from '$lib/state/network.svelte';
import { isFinal, type Delivery } from '$lib/state/outbox';
import { session } from '$lib/state/session.svelte';
import { bodyOf, guess, noteMissing, signedQuantity } from './draft';
import { parcel, sendUnkept, SHOTS_MAX, type Shot } from '$lib/photos/photos';
import { reasons } from './reasons.svelte';

export type Outcome = Delivery<VarianceAnswer> | { kind: 'not-saved' };

/**
 * One opened variance sheet: bound to the facility and the SKU it was opened for, whatever the person switches to
 * meanwhile. The order of the reasons is frozen for as long as it lives.
 */
export class VarianceForm {
	readonly facility: MyFacility;
	readonly product: Product;
	readonly sku: Sku;

	list = $state.raw<Reason[]>([]);
	loadingReasons = $state(true);
	reason = $state.raw<Reason | null>(null);
	direction = $state<'loss' | 'gain'>('loss');
	units = $state<number | null>(1);
	note = $state('');
	/** Taken with it. They go with the variance, or nowhere. */
	shots = $state.raw<Shot[]>([]);
	/** The note's complaint comes only after a try, not while somebody has yet to type. */
	tried = $state(false);
	sending = $state(false);
	problem = $state<Problem | null>(null);
	preview = $state.raw<VarianceAnswer | null>(null);
	previewProblem = $state<Problem | null>(null);

	draft = $derived({ reason: this.reason, direction: this.direction, units: this.units, note: this.note });
	quantity = $derived(signedQuantity(this.draft));
	noteMissing = $derived(noteMissing(this.draft));
	before = $derived.by<Quantities | null>(() => levels.get(this.facility.id, this.sku.id) ?? this.preview?.level_before ?? null);
	offline = $derived(!network.online || this.previewProblem?.type === 'offline');
	/** Will it be posted, or does somebody have to approve it? */
	asks = $derived.by(() => (this.preview ? this.preview.status === 'would_request' : !session.can('variance.post', this.facility.id)));
	/** Refused already in the preview: sending it would only repeat that. */
	refused = $derived(!!this.previewProblem && isFinal(this.previewProblem));

	/** The server's word where we have it, else what we can work out ourselves. */
	after = $derived.by<Quantities | null>(() => {
		if (this.refused) return null;
		return this.preview?.level_after ?? (this.before ? guess(this.draft, this.before) : null);
	});

	/** Where the record has fewer: as many as it has. */
	possible = $derived.by<number | null>(() => {
		const problem = this.problem ?? this.previewProblem;
		const good = problem?.type === 'below-zero' ? problem.more.good : null;
		return typeof good === 'number' && good > 0 ? good : null;
	});

	constructor(facility: MyFacility, product: Product, sku: Sku) {
		this.facility = facility;
		this.product = product;
		this.sku = sku;
		void this.#loadReasons();
	}

	async #loadReasons(): Promise<void> {
		const known = reasons.known(this.facility.id);
		if (known.length) {
			this.list = known;
			this.loadingReasons = false;
			// For the next time; this sheet's order doesn't change under a finger.
			void reasons.load(this.facility.id);
			return;
		}
		this.list = await reasons.load(this.facility.id);
		this.loadingReasons = false;
	}

	async retryReasons(): Promise<void> {
		this.loadingReasons = true;
		await this.#loadReasons();
	}

	choose(reason: Reason): void {
		this.reason = reason;
		this.problem = null;
		if (reason.direction !== 'both') this.direction = reason.direction;
	}

	/** Another quantity is another question: what was wrong with the last one is gone. */
	take(units: number | null): void {
		this.units = units;
		this.problem = null;
	}

	add(shot: Shot): void {
		if (this.shots.length < SHOTS_MAX) this.shots = [...this.shots, shot];
		else URL.revokeObjectURL(shot.url);
	}

	remove(shot: Shot): void {
		URL.revokeObjectURL(shot.url);
		this.shots = this.shots.filter((s) => s !== shot);
	}

	/** The sheet has closed: nothing of it is shown any more. */
	close(): void {
		for (const { url } of this.shots) URL.revokeObjectURL(url);
	}

	#ids() {
		return { id: uuidv7(), facility_id: this.facility.id, sku_id: this.sku.id };
	}

	/** Asks what it would do. A missing note is filled in: the numbers shouldn't have to wait for it. */
	async ask(signal: AbortSignal): Promise<void> {
		const body = bodyOf({ ...this.draft, note: this.noteMissing ? '–' : this.note }, this.#ids());
		if (!body) {
			this.preview = null;
			this.previewProblem = null;
			return;
		}
		try {
			this.preview = await previewVariance(body, signal);
			this.previewProblem = null;
		} catch (error) {
			if (isAbort(error) || signal.aborted) return;
			this.preview = null;
			this.previewProblem = asProblem(error);
		}
	}

	/** null where something has to be entered first. */
	async send(): Promise<Outcome | null> {
		const me = session.me;
		this.tried = true;
		if (!me || this.sending || this.noteMissing) return null;
		// When it was seen. Never the device's clock alone, unless there is nothing better.
		const seenAt = serverTimeKnown() || !network.online ? serverNow() : undefined;
		const body = bodyOf(this.draft, this.#ids(), seenAt);
		if (!body || !this.reason) return null;

		this.sending = true;
		this.problem = null;
		try {
			const of = { movement_id: body.id };
			const photos = this.shots.map((shot) => parcel(shot, of, this.facility, { ...this.sku, product_id: this.product.id, product_title: this.product.title }, body.id));
			const draft = {
				id: body.id,
				user_id: me.id,
				user_name: me.name,
				facility_id: this.facility.id,
				facility_name: this.facility.name,
				path: '/variances',
				body,
				about: {
					product_id: this.product.id,
					sku_id: this.sku.id,
					title: this.product.title,
					option: this.sku.title,
					quantity: body.quantity,
					reason: this.reason.label
				}
			};
			const delivery = await outbox.submit(draft, photos);
			if (delivery.kind === 'rejected') this.problem = delivery.problem;
			return delivery;
		} catch {
			// The device can't store anything (a private window): then only the straight way is left.
			return await this.#sendUnstored(body);
		} finally {
			this.sending = false;
		}
	}

	async #sendUnstored(body: VarianceBody): Promise<Outcome> {
		try {
			const answer = await createVariance(body);
			applyAnswer(answer);
			void sendUnkept(this.shots, { movement_id: body.id });
			return { kind: 'sent', answer };
		} catch (error) {
			const problem = asProblem(error);
			if (!isFinal(problem)) return { kind: 'not-saved' };
			this.problem = problem;
			return { kind: 'rejected', problem };
		}
	}
}
