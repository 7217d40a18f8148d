import type { SkuRef } from '$lib/api/types';

/** "Trail Runner, 10 / black": one line, for buttons, toasts and screen readers. */
export const skuName = (sku: SkuRef | null): string => (sku ? [sku.product_title, sku.title].filter(Boolean).join(', ') : '');
