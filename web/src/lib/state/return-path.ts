/** Where to go after signing in: a page of ours, never an address of somebody else's making. */
export function returnPath(next: string | null): string {
	if (!next || !next.startsWith('/')) return '/';
	try {
		const url = new URL(next, 'http://here.invalid');
		if (url.origin !== 'http://here.invalid' || url.pathname === '/sign-in') return '/';
		return url.pathname + url.search;
	} catch {
		return '/';
	}
}
