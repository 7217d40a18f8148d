import { t } from '$lib/i18n';
import { skuName } from './skus';
import type { TallyCode } from './tally';

/** Where a code was scanned: its neighbours on the shelf. */
export function around({ before, after }: Pick<TallyCode, 'before' | 'after'>): string {
	if (before && after) return t('counting.match.between', { before: skuName(before), after: skuName(after) });
	if (before) return t('counting.match.after', { before: skuName(before) });
	if (after) return t('counting.match.before', { after: skuName(after) });
	return '';
}
