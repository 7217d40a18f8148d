/**
 * Sums of money are computed in whole 1/10000 of the currency unit, as the server does: floating point would lose
 * cents over a month of variances.
 */

const DECIMALS = 4;
const SCALE = 10_000n;

/** "12.50" → 125000n; null where it is no amount. */
export function toUnits(text: string | null | undefined): bigint | null {
	const match = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/.exec(text?.trim() ?? '');
	if (!match) return null;
	const units = BigInt(match[2]!) * SCALE + BigInt((match[3] ?? '').padEnd(DECIMALS, '0'));
	return match[1] ? -units : units;
}

/** 125000n → "12.50": two decimals, more only where they say something. */
export function fromUnits(units: bigint): string {
	const size = units < 0n ? -units : units;
	const cents = (size % SCALE).toString().padStart(DECIMALS, '0').replace(/0{1,2}$/, '');
	return `${units < 0n ? '-' : ''}${size / SCALE}.${cents}`;
}

/** A quantity at a unit's price; null where the price isn't known. */
export function times(quantity: number, price: string | null): string | null {
	const units = toUnits(price);
	return units === null ? null : fromUnits(units * BigInt(quantity));
}

/** What a person typed as an amount ("1 000", "1,000.50", "12,5"), as the API takes it; null where it is none. */
export function typedAmount(text: string): string | null {
	let plain = text.replace(/[\s\u00a0\u202f']/g, '');
	// A single comma with one or two digits behind it is somebody's decimal point; all others are thousands.
	if (/^\d+,\d{1,2}$/.test(plain)) plain = plain.replace(',', '.');
	else if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replaceAll(',', '');
	const units = toUnits(plain);
	return units === null || units < 0n ? null : fromUnits(units);
}
