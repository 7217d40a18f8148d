import { describe, expect, it } from 'vitest';
import { Problem } from '$lib/api/problem';
import { Form, sentence } from './form.svelte';

const taken = () =>
	new Problem({ type: 'code-taken', status: 409, title: 'The code is taken', errors: [{ pointer: '/code', detail: 'the code S1 is taken' }] });

describe('a form', () => {
	it('puts the server’s words at the field and nowhere else', async () => {
		const form = new Form();
		expect(await form.run(() => Promise.reject(taken()))).toBeNull();
		expect(form.error('/code')).toBe('The code S1 is taken.');
		expect(form.rest('/code', '/name')).toBeNull();
		expect(form.rest('/name')?.errors).toHaveLength(1);
		expect(form.busy).toBe(false);
	});

	it('shows what belongs to no field', async () => {
		const form = new Form();
		await form.run(() => Promise.reject(new Problem({ type: 'last-admin', status: 409, title: 'x' })));
		expect(form.rest('/code')?.type).toBe('last-admin');
	});

	it('sends nothing while its own checks complain, and forgets the last answer', async () => {
		const form = new Form();
		await form.run(() => Promise.reject(taken()));
		expect(form.check({ '/name': 'Enter a name.', '/code': false })).toBe(false);
		expect(form.error('/name')).toBe('Enter a name.');
		expect(form.error('/code')).toBeNull();
		expect(form.check({ '/name': null })).toBe(true);
		expect(form.error('/name')).toBeNull();
	});

	it('is sent once at a time', async () => {
		const form = new Form();
		let sent = 0;
		let finish = () => {};
		const send = () => (sent++, new Promise<void>((resolve) => (finish = resolve)));
		const first = form.run(send);
		expect(await form.run(send)).toBeNull();
		finish();
		expect(await first).toEqual({ answer: undefined });
		expect(sent).toBe(1);
	});

	it('writes the server’s words as a sentence', () => {
		expect(sentence('at least 12 characters')).toBe('At least 12 characters.');
		expect(sentence('Choose another one.')).toBe('Choose another one.');
	});
});
