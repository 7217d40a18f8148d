import { expect, it } from 'vitest';
import { auditSearch, operationLabel, parseAudit } from './audit';

const A = '01900000-0000-7000-8000-00000000000a';

it('keeps the filters in the address', () => {
	for (const filters of [
		{ actor: '', facility: '', action: '' },
		{ actor: A, facility: A, action: 'create_variance' }
	]) {
		expect(parseAudit(new URLSearchParams(auditSearch(filters)))).toEqual(filters);
	}
	expect(auditSearch({ actor: '', facility: '', action: '' })).toBe('');
});

it('drops what makes no sense', () => {
	expect(parseAudit(new URLSearchParams('?person=me&facility=1&action=DROP'))).toEqual({ actor: '', facility: '', action: '' });
});

it('reads operations as words', () => {
	expect(operationLabel('approve_variance_request')).toBe('Approve variance request');
});
