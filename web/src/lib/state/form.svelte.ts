import { asProblem, Problem } from '$lib/api/problem';

/**
 * A form under way: sent once at a time, with what the server said about each field. Errors that belong to a field
 * stand there; the rest goes above the button.
 */
export class Form {
	busy = $state(false);
	problem = $state<Problem | null>(null);
	/** Found here, before anything was sent: JSON pointer → text. */
	#own = $state<Record<string, string>>({});
	#element: HTMLElement | null = null;

	/** `<form {@attach form.attach}>`: where to look for the first wrong field. */
	attach = (element: HTMLElement) => {
		this.#element = element;
		return () => (this.#element = null);
	};

	/** What to say at a field. */
	error(pointer: string): string | null {
		const said = this.problem?.field(pointer);
		return this.#own[pointer] ?? (said ? sentence(said) : null);
	}

	/** The problem as far as no field shows it; `shown` are the pointers that have a field. */
	rest(...shown: string[]): Problem | null {
		if (!this.problem) return null;
		const left = this.problem.errors.filter((e) => !shown.includes(e.pointer));
		if (this.problem.errors.length && !left.length) return null;
		const { type, title, status, detail, more, retryAfter } = this.problem;
		return new Problem({ type, title, status, detail, more, retryAfter, errors: left });
	}

	/** Our own checks: nothing is sent while one of them complains. */
	check(errors: Record<string, string | false | null | undefined>): boolean {
		this.#own = Object.fromEntries(Object.entries(errors).filter((e): e is [string, string] => !!e[1]));
		this.problem = null;
		if (Object.keys(this.#own).length === 0) return true;
		this.#focusFirst();
		return false;
	}

	/** null where it failed, and the form says why. */
	async run<T>(send: () => Promise<T>): Promise<{ answer: T } | null> {
		if (this.busy) return null;
		this.busy = true;
		this.problem = null;
		try {
			return { answer: await send() };
		} catch (error) {
			this.problem = asProblem(error);
			this.#focusFirst();
			return null;
		} finally {
			this.busy = false;
		}
	}

	reset(): void {
		this.problem = null;
		this.#own = {};
	}

	/** After the fields have been redrawn. */
	#focusFirst(): void {
		setTimeout(() => this.#element?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
	}
}

/** The server's words about a field go on after its name ("at least 12 characters"); here they stand alone. */
export function sentence(words: string): string {
	const text = words.charAt(0).toLocaleUpperCase() + words.slice(1);
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}
