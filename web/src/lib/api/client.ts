import { offlineProblem, Problem, problemFromBody } from './problem';
import { noteServerTime } from '$lib/clock';

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
	signal?: AbortSignal;
	/** Sign-in itself answers 401 for a wrong password: nobody is sent anywhere then. */
	keepSignedOut?: boolean;
}

async function call<T>(method: string, path: string, body: unknown, options: Options = {}): Promise<T> {
	const headers: Record<string, string> = { accept: 'application/json' };
	let payload: BodyInit | undefined;
	if (body instanceof FormData) {
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

	if (response.status === 204) return undefined as T;
	let answer: unknown;
	try {
		answer = await response.json();
	} catch (error) {
		if (options.signal?.aborted) throw error;
		if (response.ok) throw new Problem({ type: 'unexpected', status: 502 });
		answer = null;
	}
	if (response.ok) return answer as T;

	if (response.status === 401 && !options.keepSignedOut) signedOut();
	throw problemFromBody(response.status, answer, response.headers.get('retry-after'));
}

export const api = {
	get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, undefined, { query, signal }),
	post: <T>(path: string, body: unknown, options?: Options) => call<T>('POST', path, body, options),
	put: <T>(path: string, body: unknown, options?: Options) => call<T>('PUT', path, body, options),
	patch: <T>(path: string, body: unknown, options?: Options) => call<T>('PATCH', path, body, options),
	delete: <T>(path: string, options?: Options) => call<T>('DELETE', path, undefined, options)
};

/** One part of a path. */
export const seg = encodeURIComponent;

export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
