import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, onSignedOut, url } from './client';
import { asProblem, nextStep, Problem, problemFromBody } from './problem';

const BELOW = {
	type: 'urn:onhand:problem:below-zero',
	title: 'The record has fewer units',
	status: 422,
	detail: 'The record has 3 units.',
	errors: [{ pointer: '/quantity', detail: 'at most 3 can be taken off' }, 'rubbish'],
	on_hand: 3
};

function answer(status: number, body: string, headers: Record<string, string> = {}) {
	vi.stubGlobal('fetch', vi.fn(async () => new Response(body, { status, headers })));
}

afterEach(() => {
	vi.unstubAllGlobals();
	onSignedOut(() => {});
});

describe('problemFromBody', () => {
	it('keeps what the document says', () => {
		const problem = problemFromBody(422, BELOW);
		expect(problem).toMatchObject({ type: 'below-zero', status: 422, title: BELOW.title, detail: BELOW.detail, more: { on_hand: 3 } });
		expect(problem.errors).toHaveLength(1);
		expect(problem.field('/quantity')).toBe('at most 3 can be taken off');
		expect(problem.field('/note')).toBeNull();
		expect(nextStep(problem)).toBeNull();
		expect(nextStep(problemFromBody(403, { type: 'urn:onhand:problem:own-request' }))).toBe('problem.next.ownRequest');
	});

	it('takes anything else as unexpected', () => {
		for (const body of [null, 'text', 7, []]) expect(problemFromBody(500, body).type).toBe('unexpected');
	});

	it('reads Retry-After in seconds only', () => {
		expect(problemFromBody(429, null, '7').retryAfter).toBe(7);
		expect(problemFromBody(429, null, 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfter).toBeNull();
		expect(problemFromBody(429, null, null).retryAfter).toBeNull();
	});

	it('knows what may be sent again', () => {
		const retry = (status: number) => new Problem({ type: 'x', status }).mayRetry;
		expect([0, 429, 500, 503].map(retry)).toEqual([true, true, true, true]);
		expect([400, 401, 403, 409, 422].map(retry)).toEqual([false, false, false, false, false]);
	});
});

describe('the client', () => {
	it('throws problem documents as problems', async () => {
		answer(422, JSON.stringify(BELOW), { 'content-type': 'application/problem+json' });
		await expect(api.post('/variances/{id}/reversal', { path: { id: 'a/b' }, body: { id: 'c' } })).rejects.toMatchObject({ name: 'Problem', type: 'below-zero' });
	});

	it('puts the parts of a path in, whatever they contain', async () => {
		answer(200, '{}');
		await api.get('/identifiers/{code}', { path: { code: 'a/b?c' } });
		expect(vi.mocked(fetch).mock.calls[0]![0]).toBe('/api/v1/identifiers/a%2Fb%3Fc');
	});

	it('throws what a proxy says as a problem, too', async () => {
		answer(502, '<html>Bad gateway</html>');
		await expect(api.get('/me')).rejects.toMatchObject({ type: 'unexpected', status: 502, mayRetry: true });
	});

	it('does not take a page for an answer', async () => {
		answer(200, '<html></html>');
		await expect(api.get('/me')).rejects.toMatchObject({ type: 'unexpected', mayRetry: true });
	});

	it('calls no connection by its name', async () => {
		vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('Failed to fetch')));
		await expect(api.get('/me')).rejects.toMatchObject({ type: 'offline', status: 0 });
	});

	it('tells the session about 401, except while signing in', async () => {
		const out = vi.fn();
		onSignedOut(out);
		answer(401, JSON.stringify({ type: 'urn:onhand:problem:wrong-credentials', title: 'x', status: 401 }));
		await expect(api.post('/session', { body: { email: '', password: '' }, keepSignedOut: true })).rejects.toMatchObject({ type: 'wrong-credentials' });
		expect(out).not.toHaveBeenCalled();
		await expect(api.get('/me')).rejects.toBeInstanceOf(Problem);
		expect(out).toHaveBeenCalledOnce();
	});

	it('leaves empty parameters out of the address', () => {
		expect(url('/levels', { facility_id: 'a b', sku_id: undefined, q: '', negative: true, limit: 0 })).toBe(
			'/api/v1/levels?facility_id=a+b&negative=true&limit=0'
		);
	});

	it('answers 204 with nothing', async () => {
		vi.stubGlobal('fetch', vi.fn(async () => new Response(null, { status: 204 })));
		await expect(api.delete('/session')).resolves.toBeUndefined();
	});
});

describe('asProblem', () => {
	it('keeps a problem and wraps the rest', () => {
		const problem = new Problem({ type: 'x', status: 409 });
		expect(asProblem(problem)).toBe(problem);
		expect(asProblem(new Error('boom'))).toMatchObject({ type: 'unexpected', detail: 'boom' });
	});
});
