import Building2 from '@lucide/svelte/icons/building-2';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import CircleUser from '@lucide/svelte/icons/circle-user';
import FileUp from '@lucide/svelte/icons/file-up';
import KeyRound from '@lucide/svelte/icons/key-round';
import ListChecks from '@lucide/svelte/icons/list-checks';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Store from '@lucide/svelte/icons/store';
import Users from '@lucide/svelte/icons/users';
import Webhook from '@lucide/svelte/icons/webhook';
import type { Component } from 'svelte';
import type { MessageKey } from '$lib/i18n';
import { session } from '$lib/state/session.svelte';

export interface Section {
	href: string;
	label: MessageKey;
	hint: MessageKey;
	icon: Component<{ size?: number }>;
	may: () => boolean;
}

const icon = (i: unknown) => i as Section['icon'];

/** The parts of the settings, in the order of every list of them. */
export const SECTIONS: Section[] = [
	{ href: '/settings/account', label: 'settings.account', hint: 'settings.accountHint', icon: icon(CircleUser), may: () => true },
	{ href: '/settings/facilities', label: 'settings.facilities', hint: 'settings.facilitiesHint', icon: icon(Building2), may: () => session.can('settings.manage') },
	{ href: '/settings/people', label: 'settings.people', hint: 'settings.peopleHint', icon: icon(Users), may: () => session.can('users.manage') },
	{ href: '/settings/roles', label: 'settings.roles', hint: 'settings.rolesHint', icon: icon(ShieldCheck), may: () => session.can('settings.manage') },
	{ href: '/settings/reasons', label: 'settings.reasons', hint: 'settings.reasonsHint', icon: icon(ListChecks), may: () => session.can('settings.manage') },
	{ href: '/settings/counting', label: 'settings.counting', hint: 'settings.countingHint', icon: icon(ClipboardCheck), may: () => session.can('settings.manage') || session.canSomewhere('count.review') },
	{ href: '/settings/shops', label: 'settings.shops', hint: 'settings.shopsHint', icon: icon(Store), may: () => session.can('channels.manage') || session.can('channels.view') },
	{ href: '/settings/keys', label: 'settings.keys', hint: 'settings.keysHint', icon: icon(KeyRound), may: () => session.can('api_keys.manage') },
	{ href: '/settings/webhooks', label: 'settings.webhooks', hint: 'settings.webhooksHint', icon: icon(Webhook), may: () => session.can('settings.manage') },
	{ href: '/settings/import', label: 'settings.import', hint: 'settings.importHint', icon: icon(FileUp), may: () => session.canSomewhere('catalog.import') },
	{ href: '/settings/audit', label: 'settings.audit', hint: 'settings.auditHint', icon: icon(ScrollText), may: () => session.canSomewhere('audit.view') }
];

export const mySections = () => SECTIONS.filter((s) => s.may());

export function sectionOf(pathname: string): Section | undefined {
	return SECTIONS.find((s) => pathname === s.href || pathname.startsWith(s.href + '/'));
}
