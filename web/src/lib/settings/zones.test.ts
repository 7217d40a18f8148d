import { describe, expect, it } from 'vitest';
import { searchZones, zoneLabel, zoneOffset, zones } from './zones';

const some = ['America/New_York', 'America/North_Dakota/Center', 'Asia/Yerevan', 'Europe/Berlin', 'Europe/Berne_York'];

describe('time zones', () => {
	it('are found by city, with blanks and in any order', () => {
		expect(searchZones('new york', some)).toEqual(['America/New_York']);
		expect(searchZones('york america', some)).toEqual(['America/New_York']);
		expect(searchZones('BERLIN', some)).toEqual(['Europe/Berlin']);
		expect(searchZones('mars', some)).toEqual([]);
	});

	it('show names that begin with what was typed first', () => {
		expect(searchZones('ye', ['Europe/Meyer', 'Asia/Yerevan'])).toEqual(['Asia/Yerevan', 'Europe/Meyer']);
	});

	it('show all while nothing is typed', () => {
		expect(searchZones('  ', some)).toEqual(some);
		expect(zones()).toContain('UTC');
		expect(zones().length).toBeGreaterThan(300);
	});

	it('have a name and an offset for people', () => {
		expect(zoneLabel('America/North_Dakota/Center')).toBe('Center, North Dakota, America');
		expect(zoneOffset('Europe/Berlin', new Date('2026-07-01T00:00:00Z'))).toBe('GMT+2');
		expect(zoneOffset('Mars/Olympus')).toBe('');
	});
});
