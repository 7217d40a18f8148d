import { goto } from '$app/navigation';
import { asProblem, fallbackTitle } from '$lib/api/problem';
import type { Product, Sku, Uuid } from '$lib/api/types';
import { t } from '$lib/i18n';
import { uuidv7 } from '$lib/ids';
import { toasts } from '$lib/state/toasts.svelte';
import { createCount, openCount } from './api';

const NAME_CHARS_MAX = 120;

/** Counts one item, now: makes the count, opens it, and goes where it is counted. */
export async function spotCount(product: Product, sku: Sku, facilityId: Uuid): Promise<void> {
	const name = (sku.title ? t('product.countName', { product: product.title, option: sku.title }) : product.title).slice(0, NAME_CHARS_MAX);
	try {
		const made = await createCount({ id: uuidv7(), facility_id: facilityId, name, kind: 'spot', sku_ids: [sku.id] });
		await openCount(made.id);
		await goto(`/counts/${made.id}/count`);
	} catch (error) {
		const problem = asProblem(error);
		const detail = problem.detail ?? (problem.type === 'offline' ? t('problem.next.offline') : undefined);
		toasts.show({ text: problem.title || t(fallbackTitle(problem)), detail, tone: 'error' });
	}
}
