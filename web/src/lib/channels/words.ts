/** What the numbers of a shop mean for a person. */
import './catalogue';
import type { SkuRef } from '$lib/api/types';
import { t, tOr, type MessageKey } from '$lib/i18n';
import { num, signed } from '$lib/i18n/format';
import { numberOf } from './api';
import type { Audit, Channel, ChannelSummary, Push, Told } from './shapes';

export type Verdict = 'inStep' | 'catching' | 'setup' | 'stopped' | 'broken';
export type Tone = 'plain' | 'accent' | 'loss' | 'gain' | 'warn' | 'info';

/** How a shop stands, in one word. */
export function verdict(channel: Pick<Channel, 'status' | 'in_step_since'>): Verdict {
	switch (channel.status) {
		case 'connected':
			return 'setup';
		case 'stopped':
			return 'stopped';
		case 'broken':
			return 'broken';
		default:
			return channel.in_step_since ? 'inStep' : 'catching';
	}
}

export const STATUS_TONES: Record<Channel['status'], Tone> = { connected: 'info', running: 'gain', stopped: 'warn', broken: 'loss' };

/** What waits for a person, each with where it is dealt with. */
export function needs(summary: ChannelSummary | null): { key: 'rejected' | 'held' | 'differences' | 'items'; count: number; search: string }[] {
	if (!summary) return [];
	return [
		{ key: 'rejected' as const, count: summary.rejected, search: '?tab=changes&show=rejected' },
		{ key: 'held' as const, count: summary.held, search: '?tab=changes&show=held' },
		{ key: 'differences' as const, count: summary.differences.confirmed, search: '?tab=differences' },
		{ key: 'items' as const, count: summary.items.twice + summary.items.none, search: '?tab=setup' }
	].filter((n) => n.count > 0);
}

/** Everything that the shop hasn't confirmed, by why it waits. */
export function waits(summary: ChannelSummary): { key: 'behind' | 'oversell' | 'fall' | 'rise' | 'sending' | 'held' | 'rejected'; count: number }[] {
	const { behind, waiting, sending, held, rejected } = summary;
	return [
		{ key: 'behind' as const, count: behind },
		{ key: 'oversell' as const, count: waiting.oversell },
		{ key: 'fall' as const, count: waiting.fall },
		{ key: 'rise' as const, count: waiting.rise },
		{ key: 'sending' as const, count: sending },
		{ key: 'held' as const, count: held },
		{ key: 'rejected' as const, count: rejected }
	].filter((w) => w.count > 0);
}

/** 640 ms, 2.1 s, 3 min. */
export function delay(ms: number | null): string {
	if (ms === null) return '–';
	if (ms < 1_000) return t('shop.ms', { n: num(Math.round(ms)) });
	if (ms < 60_000) return t('shop.seconds', { n: num(Math.round(ms / 100) / 10) });
	return t('shop.minutes', { n: num(Math.round(ms / 6_000) / 10) });
}

const REMEDIES: Record<string, MessageKey> = {
	INVALID_INVENTORY_ITEM: 'remedy.item',
	INVALID_LOCATION: 'remedy.location',
	NON_MUTABLE_INVENTORY_ITEM: 'remedy.bundle',
	INVALID_QUANTITY_TOO_LOW: 'remedy.quantity',
	INVALID_QUANTITY_TOO_HIGH: 'remedy.quantity',
	INVALID_QUANTITY_NEGATIVE: 'remedy.quantity',
	CHANGE_FROM_QUANTITY_STALE: 'remedy.stale',
	COMPARE_QUANTITY_STALE: 'remedy.stale',
	IDEMPOTENCY_KEY_PARAMETER_MISMATCH: 'remedy.key',
	INVALID_REASON: 'remedy.reason',
	ACCESS_DENIED: 'remedy.access',
	TOKEN_REFUSED: 'remedy.access',
	HTTP_401: 'remedy.access',
	HTTP_403: 'remedy.access',
	SHOP_INACTIVE: 'remedy.frozen',
	HTTP_402: 'remedy.frozen',
	NOT_REACHED: 'remedy.again',
	NO_ANSWER: 'remedy.again',
	BAD_ANSWER: 'remedy.again',
	SERVICE_UNAVAILABLE: 'remedy.again',
	INTERNAL_SERVER_ERROR: 'remedy.again',
	THROTTLED: 'remedy.again'
};

/** What to do about a change that waits for a person; null where nobody has to do anything. */
export function remedy(push: Pick<Push, 'status' | 'problem_code'>, limit: number | null): string | null {
	if (push.status === 'held') return limit === null ? t('push.heldHintPlain') : t('push.heldHint', { limit: num(limit) });
	if (push.status !== 'rejected') return null;
	return t(REMEDIES[push.problem_code ?? ''] ?? 'remedy.fault');
}

/** The change of one push: "−5", "2 from available to damaged", "set from 3 to 5". */
export function pushText(push: Pick<Push, 'kind' | 'delta' | 'compare'>, name: string, toName: string | null): string {
	if (push.kind === 'move') return t('push.move', { units: num(Math.abs(push.delta)), from: name, to: toName ?? '' });
	if (push.kind === 'set' && push.compare !== null) return t('push.set', { from: num(push.compare), to: num(push.compare + push.delta) });
	return signed(push.delta);
}

/** What an item of the shop is called here; its number there where it is nothing of ours. */
export function itemName({ sku, item }: { sku: SkuRef | null; item: string }): string {
	return sku ? [sku.product_title, sku.title].filter(Boolean).join(', ') : numberOf(item);
}

/** 12:00:07 of an instant, by the clock that every certificate goes by. */
export const utcTime = (iso: string) => new Date(iso).toISOString().slice(11, 19);

export const differing = (audit: Pick<Audit, 'differing'>): number => Object.values(audit.differing).reduce((sum, n) => sum + (n ?? 0), 0);

/** "At 12:00:07Z 18,231 of 18,231 levels equal". */
export function certificate(audit: Pick<Audit, 'as_of' | 'equal' | 'levels'>): string {
	return t('cert.equal', { time: audit.as_of ? `${utcTime(audit.as_of)}Z` : '–', equal: num(audit.equal), levels: num(audit.levels) });
}

/** The address of a shop as it is typed: with or without the scheme, with or without what follows. Null where it is none. */
export function shopAddress(text: string): string | null {
	const typed = text.trim();
	if (!typed || /\s/.test(typed)) return null;
	try {
		const url = new URL(/^https?:\/\//i.test(typed) ? typed : `https://${typed}`);
		const local = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
		if (url.protocol !== 'https:' && !local) return null;
		return local || url.hostname.includes('.') ? url.origin : null;
	} catch {
		return null;
	}
}

/** What a message of the shop is about: "Order 5501". */
export const toldName = (told: Pick<Told, 'kind' | 'subject'>): string => `${tOr(`told.kind.${told.kind}`, told.kind)} ${numberOf(told.subject)}`.trim();

/** How a message stands; what was followed but for a part is not done for a person. */
export function toldStanding(told: Pick<Told, 'status' | 'problem'>): { word: 'waiting' | 'done' | 'left' | 'failed'; tone: Tone } {
	if (told.status === 'failed') return { word: 'failed', tone: 'loss' };
	if (told.status === 'waiting') return { word: 'waiting', tone: 'info' };
	return told.problem ? { word: 'left', tone: 'warn' } : { word: 'done', tone: 'gain' };
}
