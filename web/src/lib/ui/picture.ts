/** What stands where a product has no picture: its initials on a colour of its own, the same each time. */

export function initials(title: string): string {
	const words = title
		.normalize('NFKC')
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean);
	const letters = words.length > 1 ? [words[0]!, words[1]!].map((w) => [...w][0]!) : [...(words[0] ?? '?')].slice(0, 2);
	return letters.join('').toLocaleUpperCase();
}

export function hue(title: string): number {
	let h = 0;
	for (const char of title) h = (Math.imul(h, 31) + char.codePointAt(0)!) | 0;
	// Steps of 20 degrees: neighbours in a list either differ clearly or are the same.
	return ((h >>> 0) % 18) * 20;
}

/** Only pictures from our own server: nothing is ever asked of another. */
export function ownUrl(url: string | null | undefined): string | null {
	return url && url.startsWith('/') && !url.startsWith('//') && !url.startsWith('/\\') ? url : null;
}
