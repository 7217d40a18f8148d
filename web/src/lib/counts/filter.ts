import { typedAmount } from '$lib/money';
import type { CountFilter } from './api';

/** The form's fields, as they are typed. */
export interface FilterFields {
	q: string;
	category: string;
	vendor: string;
	valueMin: string;
	/** '' is any time. */
	days: string;
	limit: string;
	negative: boolean;
	zero: boolean;
}

export const NO_FILTER: FilterFields = { q: '', category: '', vendor: '', valueMin: '', days: '', limit: '', negative: false, zero: false };
export const DAYS = ['7', '30', '90', '180', '365'] as const;
export const ITEMS_MAX = 20_000;

export const limitOk = (text: string) => !text.trim() || (/^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= ITEMS_MAX);
export const valueOk = (text: string) => !text.trim() || typedAmount(text) !== null;

/** A filter as its form shows it. */
export function toFields(filter: CountFilter | null | undefined): FilterFields {
	if (!filter) return { ...NO_FILTER };
	const text = (value: string | number | null | undefined) => (value === null || value === undefined ? '' : String(value));
	return {
		q: text(filter.q),
		category: text(filter.category),
		vendor: text(filter.vendor),
		valueMin: text(filter.value_min),
		days: text(filter.not_counted_days),
		limit: text(filter.limit),
		negative: filter.negative ?? false,
		zero: filter.on_hand_zero ?? false
	};
}

/** What is asked of the server: only what was filled in, and makes sense. */
export function toFilter(fields: FilterFields): CountFilter {
	const value = fields.valueMin.trim() ? typedAmount(fields.valueMin) : null;
	return {
		...(fields.q.trim() && { q: fields.q.trim() }),
		...(fields.category.trim() && { category: fields.category.trim() }),
		...(fields.vendor.trim() && { vendor: fields.vendor.trim() }),
		...(value !== null && { value_min: value }),
		...(fields.days && { not_counted_days: Number(fields.days) }),
		...(fields.limit.trim() && limitOk(fields.limit) && { limit: Number(fields.limit) }),
		...(fields.negative && { negative: true }),
		...(fields.zero && { on_hand_zero: true })
	};
}
