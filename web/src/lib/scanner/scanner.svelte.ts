import { goto } from '$app/navigation';
import { resolveIdentifier } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { IdentifierMatch, Product } from '$lib/api/types';
import { allKept } from '$lib/state/kept';
import { BurstDetector } from './burst';

export type ScanState =
	| { kind: 'idle' }
	| { kind: 'looking'; code: string }
	| { kind: 'choose'; code: string; matches: IdentifierMatch[] }
	| { kind: 'unknown'; code: string }
	| { kind: 'failed'; code: string; problem: Problem };

export const productHref = (productId: string, skuId?: string | null) => `/products/${productId}${skuId ? `?sku=${skuId}` : ''}`;

type Field = HTMLInputElement | HTMLTextAreaElement;

/** A scan anywhere opens the product. What was scanned, and what came of it. */
class Scanner {
	state = $state.raw<ScanState>({ kind: 'idle' });

	#burst = new BurstDetector();
	#before: { field: Field; value: string; start: number | null } | null = null;
	#abort: AbortController | null = null;
	#takers = new Set<(skuId: string) => boolean>();
	#codeTaker: ((code: string) => void) | null = null;

	/** Listens on the whole window, before anything else sees the keys. Returns the end of it. */
	listen(): () => void {
		const handler = (event: KeyboardEvent) => this.#key(event);
		window.addEventListener('keydown', handler, { capture: true });
		return () => window.removeEventListener('keydown', handler, { capture: true });
	}

	async resolve(code: string): Promise<void> {
		if (this.#codeTaker) return this.#codeTaker(code);
		this.#abort?.abort();
		const abort = (this.#abort = new AbortController());
		this.state = { kind: 'looking', code };
		try {
			const { items } = await resolveIdentifier(code, abort.signal);
			if (abort.signal.aborted) return;
			const [first] = items;
			if (items.length === 1 && first) {
				await this.#found(first.product.id, first.sku.id);
			} else {
				this.state = items.length ? { kind: 'choose', code, matches: items } : { kind: 'unknown', code };
			}
		} catch (error) {
			if (abort.signal.aborted) return;
			const problem = asProblem(error);
			if (problem.mayRetry && (await this.#resolveKept(code))) return;
			this.state = problem.status === 404 ? { kind: 'unknown', code } : { kind: 'failed', code, problem };
		}
	}

	/**
	 * While a sheet is open for one SKU, the next piece of it is one more, not a way to the page that is there already.
	 * Returns the end of it.
	 */
	intercept(taker: (skuId: string) => boolean): () => void {
		this.#takers.add(taker);
		return () => this.#takers.delete(taker);
	}

	/** While somebody counts, a code is a unit and leads nowhere. Returns the end of it. */
	takeCodes(taker: (code: string) => void): () => void {
		this.close();
		this.#abort?.abort();
		this.#codeTaker = taker;
		return () => {
			if (this.#codeTaker === taker) this.#codeTaker = null;
		};
	}

	async #found(productId: string, skuId: string): Promise<void> {
		this.close();
		navigator.vibrate?.(30);
		for (const taker of this.#takers) if (taker(skuId)) return;
		await goto(productHref(productId, skuId));
	}

	/** Without a connection: among the products that were opened on this device. */
	async #resolveKept(code: string): Promise<boolean> {
		for (const product of await allKept<Product>('product:')) {
			const sku = product.skus.find((s) => s.identifiers.some((i) => i.value === code));
			if (!sku) continue;
			await this.#found(product.id, sku.id);
			return true;
		}
		return false;
	}

	close(): void {
		this.state = { kind: 'idle' };
	}

	#key(event: KeyboardEvent): void {
		if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
		const field = editable(event.target);
		if (field && ignores(field)) return this.#burst.reset();

		const result = this.#burst.key(event.key, event.timeStamp);
		if (result.kind === 'none') {
			// The first keys of a scan look like typing and land in the field: remember what was there before.
			if (!this.#before || this.#before.field !== field || event.timeStamp - this.#lastKey > 200) {
				this.#before = field ? { field, value: field.value, start: field.selectionStart } : null;
			}
		} else if (result.kind === 'scan') {
			event.preventDefault();
			event.stopPropagation();
			this.#restore();
			void this.resolve(result.code);
		} else {
			// A space in the middle of a code must not press the button that has the focus.
			if (!field && event.key === ' ') event.preventDefault();
			event.stopPropagation();
		}
		this.#lastKey = event.timeStamp;
	}

	#lastKey = 0;

	/** Takes the scanned characters out of the field into which they were typed. */
	#restore(): void {
		const before = this.#before;
		this.#before = null;
		if (!before?.field.isConnected) return;
		before.field.value = before.value;
		before.field.dispatchEvent(new Event('input', { bubbles: true }));
		if (before.start !== null) before.field.setSelectionRange(before.start, before.start);
	}
}

function editable(target: EventTarget | null): Field | null {
	if (target instanceof HTMLTextAreaElement) return target;
	if (target instanceof HTMLInputElement && /^(text|search|tel|url|password|email|number)$/.test(target.type)) return target;
	return null;
}

/** Fields that want the scan for themselves say `data-scan="field"`; a password is never read. */
function ignores(field: Field): boolean {
	return field.type === 'password' || field.closest('[data-scan="field"]') !== null;
}

export const scanner = new Scanner();
