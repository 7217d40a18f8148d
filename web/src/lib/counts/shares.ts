/** A share from 0 to 1 as a percentage of the locale; a dash where it isn't known. */
export function percent(share: number | null | undefined, digits = 1): string {
	if (share === null || share === undefined || !Number.isFinite(share)) return '–';
	return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(share);
}
