import { t, tOr } from '$lib/i18n';
import { shortDateTime } from '$lib/i18n/format';
import type { CountSchedule, ScheduleRule } from './api';

/** As the API has them: 1 is Monday. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** The name of a weekday in the reader's language. 2024-01-01 was a Monday. */
export function weekdayName(day: number, length: 'short' | 'long' = 'short'): string {
	return new Intl.DateTimeFormat(undefined, { weekday: length, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, day)));
}

/** A rule in a few words. */
export function ruleText(rule: ScheduleRule): string {
	switch (rule.kind) {
		case 'weekly': {
			const days = rule.weekdays.map((d) => weekdayName(d));
			const what = rule.area || t(rule.filter ? 'schedules.text.items' : 'schedules.text.all');
			return t('schedules.text.weekly', { what, days: new Intl.ListFormat(undefined, { type: 'conjunction', style: 'narrow' }).format(days) });
		}
		case 'abc':
			return t('schedules.text.abc', { a: rule.a, b: rule.b, c: rule.c });
		case 'random':
			return t('schedules.text.random', { count: rule.skus_a_day });
	}
}

/** A whole number within limits; null where it is none. */
export function whole(text: string, min: number, max: number): number | null {
	if (!/^\d{1,6}$/.test(text.trim())) return null;
	const n = Number(text);
	return n >= min && n <= max ? n : null;
}

/** Why a schedule made no count the last time it should have; null where it did, or was never due. */
export function skippedText(schedule: Pick<CountSchedule, 'last_skipped_at' | 'last_skipped_because'>, zone: string, now = new Date()): string | null {
	const { last_skipped_at: at, last_skipped_because: because } = schedule;
	if (!at) return null;
	return t('schedules.skipped', { when: shortDateTime(at, zone, now), why: tOr(`schedules.skipped.${because}`, t('schedules.skipped.other')) });
}
