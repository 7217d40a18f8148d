/**
 * Passwords for people who are new, to be read out or written down once. Letters and digits that look alike are left
 * out; 16 of 30 signs are 78 bits, far beyond guessing.
 */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz2345679';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** As the server has it. */
export const PASSWORD_CHARS_MIN = 12;
export const PASSWORD_CHARS_MAX = 128;

type Fill = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

export function generatePassword(fill: Fill = (bytes) => crypto.getRandomValues(bytes)): string {
	const sign = () => {
		// Numbers beyond the last whole multiple would make some signs likelier than others.
		const limit = 256 - (256 % SIGNS.length);
		for (;;) {
			const n = fill(new Uint8Array(1))[0]!;
			if (n < limit) return SIGNS[n % SIGNS.length]!;
		}
	};
	const group = () => Array.from({ length: GROUP_LENGTH }, sign).join('');
	return Array.from({ length: GROUPS }, group).join('-');
}
