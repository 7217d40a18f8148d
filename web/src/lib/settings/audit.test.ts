import { expect, it } from 'vitest';
import { auditSearch, operationLabel, parseAudit } from './audit';

const A = '01900000-0000-7000-8000-00000000000a';

it('keeps the filters in the address', () => {
	for (const filters of [
		{ actor: '', facility: '', action: '' },
		{ actor: A, facility: A, action: 'create_variance' },
		{ actor: '', facility: A, action: 'variance.post' }
	]) {
		expect(parseAudit(new URLSearchParams(auditSearch(filters)))).toEqual(filters);
	}
	expect(auditSearch({ actor: '', facility: '', action: '' })).toBe('');
});

it('drops what makes no sense', () => {
	expect(parseAudit(new URLSearchParams('?person=me&facility=1&action=DROP'))).toEqual({ actor: '', facility: '', action: '' });
});

it('reads operations as words', () => {
	expect(operationLabel('update_role')).toBe('Update role');
	expect(operationLabel('variance.post')).toBe('Variance posted');
	// From a newer server.
	expect(operationLabel('robot.steer')).toBe('Robot steer');
});
