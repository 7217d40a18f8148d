import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import House from '@lucide/svelte/icons/house';
import Inbox from '@lucide/svelte/icons/inbox';
import Menu from '@lucide/svelte/icons/menu';
import Scale from '@lucide/svelte/icons/scale';
import ScanBarcode from '@lucide/svelte/icons/scan-barcode';
import Settings from '@lucide/svelte/icons/settings';
import type { Component } from 'svelte';
import { due } from '$lib/counts/due.svelte';
import type { MessageKey } from '$lib/i18n';
import { session } from '$lib/state/session.svelte';
import { work } from '$lib/state/work.svelte';

export interface Place {
	href: string;
	label: MessageKey;
	icon: Component<{ size?: number; strokeWidth?: number }>;
	/** How many wait there. */
	badge?: () => number;
	may?: () => boolean;
	phone?: boolean;
	desktop?: boolean;
}

const icon = (i: unknown) => i as Place['icon'];

/** The places of the app, in the order of both bars. A place that doesn't exist yet isn't listed. */
export const PLACES: Place[] = [
	{ href: '/', label: 'nav.home', icon: icon(House), phone: true, desktop: true },
	{ href: '/find', label: 'nav.find', icon: icon(ScanBarcode), phone: true, desktop: true },
	{ href: '/counts', label: 'nav.counts', icon: icon(ClipboardList), badge: () => due.urgent, may: () => session.canSomewhere('count.count'), phone: true, desktop: true },
	{ href: '/requests', label: 'nav.requests', icon: icon(Inbox), badge: () => (session.can('variance.approve') ? work.pending : 0), phone: true, desktop: true },
	{ href: '/variances', label: 'nav.variances', icon: icon(Scale), desktop: true },
	// For everybody: one's own account is in there.
	{ href: '/settings', label: 'nav.settings', icon: icon(Settings), desktop: true },
	{ href: '/more', label: 'nav.more', icon: icon(Menu), phone: true }
];

export function isHere(href: string, pathname: string): boolean {
	if (href === '/') return pathname === '/';
	if (href === '/find' && pathname.startsWith('/products/')) return true;
	// On the phone, "More" holds the places that have no button of their own.
	if (href === '/more') return ['/more', '/variances', '/settings'].some((p) => under(p, pathname));
	return under(href, pathname);
}

function under(href: string, pathname: string): boolean {
	return pathname === href || pathname.startsWith(href + '/');
}
