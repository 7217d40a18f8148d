import { offlineProblem, Problem, problemFromBody } from './problem';
import { noteServerTime } from '$lib/clock';
import type { AnswerOf, Input, PathWith } from './typed';

export type Query = Record<string, string | number | boolean | null | undefined>;

const BASE = '/api/v1';

let signedOut: () => void = () => {};

/** Called once, by the session: what to do when the server says that nobody is signed in. */
export function onSignedOut(handler: () => void): void {
	signedOut = handler;
}

/** The address of an operation; empty parameters are left out. */
export function url(path: string, query?: Query): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(query ?? {})) {
		if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
	}
	const text = params.toString();
	return BASE + path + (text ? `?${text}` : '');
}

interface Options {
	query?: Query;
	path?: Record<string, string>;
	body?: unknown;
	signal?: AbortSignal;
	/** Sign-in itself answers 401 for a wrong password: nobody is sent anywhere then. */
	keepSignedOut?: boolean;
}

async function call(method: string, template: string, options: Options = {}): Promise<unknown> {
	const { body } = options;
	const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ''));
	const headers: Record<string, string> = { accept: 'application/json' };
	let payload: BodyInit | undefined;
	if (body instanceof FormData) {
		payload = body;
	} else if (body instanceof Blob) {
		headers['content-type'] = body.type;
		payload = body;
	} else if (body !== undefined) {
		headers['content-type'] = 'application/json';
		payload = JSON.stringify(body);
	}

	let response: Response;
	try {
		response = await fetch(url(path, options.query), {
			method,
			headers,
			body: payload,
			credentials: 'same-origin',
			cache: 'no-store',
			signal: options.signal
		});
	} catch (error) {
		// The caller's own abort is no failure of the network.
		if (options.signal?.aborted) throw error;
		throw offlineProblem();
	}
	noteServerTime(response.headers.get('date'));

	if (response.status === 204) return undefined;
	let answer: unknown;
	try {
		answer = await response.json();
	} catch (error) {
		if (options.signal?.aborted) throw error;
		if (response.ok) throw new Problem({ type: 'unexpected', status: 502 });
		answer = null;
	}
	if (response.ok) return answer;

	if (response.status === 401 && !options.keepSignedOut) signedOut();
	throw problemFromBody(response.status, answer, response.headers.get('retry-after'));
}

/** Paths, parameters, bodies and answers are those of the API's description: whatever isn't in it doesn't compile. */
export const api = {
	get: <P extends PathWith<'get'>>(path: P, ...input: Input<'get', P>) => call('GET', path, ...input) as Promise<AnswerOf<'get', P>>,
	post: <P extends PathWith<'post'>>(path: P, ...input: Input<'post', P>) => call('POST', path, ...input) as Promise<AnswerOf<'post', P>>,
	put: <P extends PathWith<'put'>>(path: P, ...input: Input<'put', P>) => call('PUT', path, ...input) as Promise<AnswerOf<'put', P>>,
	patch: <P extends PathWith<'patch'>>(path: P, ...input: Input<'patch', P>) =>
		call('PATCH', path, ...input) as Promise<AnswerOf<'patch', P>>,
	delete: <P extends PathWith<'delete'>>(path: P, ...input: Input<'delete', P>) =>
		call('DELETE', path, ...input) as Promise<AnswerOf<'delete', P>>
};

/** Sends a command that was kept on the device: what it was, perhaps under an older version of this app, isn't known any more. */
export const sendKept = (path: string, body: unknown, signal: AbortSignal) => call('POST', path, { body, signal });

/** A file as it is, said more about in the address. */
export const sendFile = (path: string, query: Query, file: Blob, signal: AbortSignal) => call('POST', path, { query, body: file, signal });

export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
