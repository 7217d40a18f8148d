import { describe, expect, it } from 'vitest';
import type { Role } from '$lib/api/types';
import { bodyOf, complaints, draftOf, emptyGrant, isHalfGlobal, isKnownScope, sameGrants } from './grants';

const F = '01900000-0000-7000-8000-00000000000f';
const everywhere = { role: 'auditor', scope: { kind: 'all' as const, id: null, name: null } };
const here = { role: 'facility_manager', scope: { kind: 'facility' as const, id: F, name: 'Main Street' } };

describe('grants in the editor', () => {
	it('go to the server as they came', () => {
		expect(bodyOf(draftOf(everywhere))).toEqual({ role: 'auditor', scope: { kind: 'all' } });
		expect(bodyOf(draftOf(here))).toEqual({ role: 'facility_manager', scope: { kind: 'facility', id: F } });
		expect(bodyOf({ role: 'x', scope: `group:${F}` })).toEqual({ role: 'x', scope: { kind: 'group', id: F } });
	});

	it('are not sent half filled in', () => {
		expect(bodyOf(emptyGrant())).toBeNull();
		expect(bodyOf({ role: 'auditor', scope: '' })).toBeNull();
		expect(complaints([emptyGrant(), { role: 'auditor', scope: '' }, draftOf(here)])).toEqual(['role', 'scope', null]);
	});

	it('complain about the second of two that are the same', () => {
		expect(complaints([draftOf(here), draftOf(everywhere), draftOf(here)])).toEqual([null, null, 'twice']);
		expect(complaints([draftOf(here), { ...draftOf(here), scope: 'all' }])).toEqual([null, null]);
	});

	it('are the same in any order', () => {
		expect(sameGrants([draftOf(here), draftOf(everywhere)], [draftOf(everywhere), draftOf(here)])).toBe(true);
		expect(sameGrants([draftOf(here)], [draftOf(everywhere)])).toBe(false);
		expect(sameGrants([draftOf(here)], [draftOf(here), draftOf(here)])).toBe(false);
	});

	it('warn where a role that runs everything is held for a part', () => {
		const roles = [
			{ code: 'admin', permissions: ['stock.view', 'users.manage'] },
			{ code: 'auditor', permissions: ['stock.view'] }
		] as Role[];
		expect(isHalfGlobal({ role: 'admin', scope: `facility:${F}` }, roles)).toBe(true);
		expect(isHalfGlobal({ role: 'admin', scope: 'all' }, roles)).toBe(false);
		expect(isHalfGlobal({ role: 'admin', scope: '' }, roles)).toBe(false);
		expect(isHalfGlobal({ role: 'auditor', scope: `facility:${F}` }, roles)).toBe(false);
	});

	it('keep a place that is not offered any more', () => {
		const choices = { roles: [], groups: [], facilities: [] };
		expect(isKnownScope(`facility:${F}`, choices)).toBe(false);
		expect(isKnownScope('all', choices)).toBe(true);
	});
});
