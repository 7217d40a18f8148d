import type { MessageKey } from '$lib/i18n';

export interface FieldError {
	pointer: string;
	detail: string;
}

/**
 * Every way in which a call can fail, as one error: an RFC 9457 document from the server, or our own where the answer
 * never came (`offline`) or was no problem document (`unexpected`).
 */
export class Problem extends Error {
	/** The last part of `urn:onhand:problem:…`. */
	readonly type: string;
	readonly title: string;
	readonly status: number;
	readonly detail: string | null;
	readonly errors: FieldError[];
	/** Members that this type of problem carries besides, such as `on_hand`. */
	readonly more: Record<string, unknown>;
	readonly retryAfter: number | null;

	constructor(init: {
		type: string;
		title?: string;
		status: number;
		detail?: string | null;
		errors?: FieldError[];
		more?: Record<string, unknown>;
		retryAfter?: number | null;
	}) {
		super(init.detail || init.title || init.type);
		this.name = 'Problem';
		this.type = init.type;
		this.title = init.title ?? '';
		this.status = init.status;
		this.detail = init.detail ?? null;
		this.errors = init.errors ?? [];
		this.more = init.more ?? {};
		this.retryAfter = init.retryAfter ?? null;
	}

	/** The server may not have seen it, or may do it later: the same command may be sent again. */
	get mayRetry(): boolean {
		return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
	}

	/** What is wrong with one field, by its JSON pointer ("/quantity"). */
	field(pointer: string): string | null {
		return this.errors.find((e) => e.pointer === pointer)?.detail ?? null;
	}

	/** For IndexedDB, which keeps plain objects only. */
	toJSON() {
		const { type, title, status, detail, errors, more, retryAfter } = this;
		return { type, title, status, detail, errors, more, retryAfter };
	}
}

const TYPE_PREFIX = 'urn:onhand:problem:';

export function problemFromBody(status: number, body: unknown, retryAfter: string | null = null): Problem {
	const after = retryAfter === null || retryAfter.trim() === '' ? NaN : Number(retryAfter);
	const wait = Number.isFinite(after) ? Math.max(0, after) : null;
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		return new Problem({ type: 'unexpected', status, retryAfter: wait });
	}
	const { type, title, status: _status, detail, errors, instance: _instance, ...more } = body as Record<string, unknown>;
	return new Problem({
		type: typeof type === 'string' ? type.replace(TYPE_PREFIX, '') : 'unexpected',
		title: typeof title === 'string' ? title : '',
		status,
		detail: typeof detail === 'string' ? detail : null,
		errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
		more,
		retryAfter: wait
	});
}

function isFieldError(e: unknown): e is FieldError {
	return typeof e === 'object' && e !== null && typeof (e as FieldError).pointer === 'string' && typeof (e as FieldError).detail === 'string';
}

export function offlineProblem(): Problem {
	return new Problem({ type: 'offline', status: 0 });
}

/** Anything thrown, as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	return new Problem({ type: 'unexpected', status: -1, detail: error instanceof Error ? error.message : null });
}

/**
 * The next step for problems where we know one. The server's own `detail` says what is wrong; it is shown as it is,
 * and this stands below it.
 */
export function nextStep(problem: Problem): MessageKey | null {
	switch (problem.type) {
		case 'already-reversed':
			return 'problem.next.alreadyReversed';
		case 'own-request':
			return 'problem.next.ownRequest';
		case 'above-limit':
			return 'problem.next.aboveLimit';
		case 'offline':
			return 'problem.next.offline';
		case 'id-reused':
			return 'problem.next.idReused';
		case 'count-changed':
			return 'problem.next.countChanged';
		case 'count-closed':
			return 'problem.next.countClosed';
		case 'lines-undecided':
			return 'problem.next.linesUndecided';
		case 'sessions-open':
			return 'problem.next.sessionsOpen';
		case 'unknown-codes':
			return 'problem.next.unknownCodes';
		case 'too-early':
			return 'problem.next.tooEarly';
		case 'own-count':
			return 'problem.next.ownCount';
		case 'counting-blind':
			return 'problem.next.countingBlind';
	}
	if (problem.status === 403) return 'problem.next.forbidden';
	if (problem.status === 404) return 'problem.next.notFound';
	if (problem.mayRetry) return 'problem.next.retry';
	return null;
}

/** Where there is neither a detail nor a title. */
export function fallbackTitle(problem: Problem): MessageKey {
	if (problem.type === 'offline') return 'problem.offline';
	if (problem.status === 401) return 'problem.signedOut';
	if (problem.status === 403) return 'problem.forbidden';
	if (problem.status === 404) return 'problem.notFound';
	if (problem.status === 429 || problem.status === 503) return 'problem.busy';
	return 'problem.unexpected';
}
