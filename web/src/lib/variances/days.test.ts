import { describe, expect, it } from 'vitest';
import { addDays, dayStart, isDay } from './days';

describe('the start of a day', () => {
	it('is midnight in the zone', () => {
		expect(dayStart('2026-03-02', 'Europe/Berlin')).toBe('2026-03-01T23:00:00.000Z');
		expect(dayStart('2026-03-02', 'America/New_York')).toBe('2026-03-02T05:00:00.000Z');
		expect(dayStart('2026-03-02', 'Asia/Kathmandu')).toBe('2026-03-01T18:15:00.000Z');
	});

	it('is right on the days on which the clock changes, and after them', () => {
		expect(dayStart('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
		expect(dayStart('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
		expect(dayStart('2026-10-25', 'Europe/Berlin')).toBe('2026-10-24T22:00:00.000Z');
		expect(dayStart('2026-10-26', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
	});

	it('is one o’clock where midnight is skipped', () => {
		// Chile turns the clock at midnight: 2026-09-06 begins at 01:00 (UTC−3).
		expect(dayStart('2026-09-06', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z');
		expect(dayStart('2026-09-07', 'America/Santiago')).toBe('2026-09-07T03:00:00.000Z');
	});
});

describe('days', () => {
	it('are real ones', () => {
		expect(isDay('2026-02-28')).toBe(true);
		for (const bad of ['2026-02-30', '2026-2-3', '', 'today', '2026-13-01']) expect(isDay(bad)).toBe(false);
	});

	it('are counted over months and clock changes', () => {
		expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
		expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
	});
});
