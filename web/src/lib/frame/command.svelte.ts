import { goto } from '$app/navigation';
import { facilityChange } from '$lib/account/facility-change.svelte';
import { signOut } from '$lib/account/sign-out.svelte';
import { t } from '$lib/i18n';
import { mySections } from '$lib/settings/sections';
import { session } from '$lib/state/session.svelte';
import { theme } from '$lib/state/theme.svelte';
import { PLACES } from './nav';

export interface Action {
	id: string;
	label: string;
	run: () => void;
}

class CommandBoxState {
	open = $state(false);
}

export const commandBox = new CommandBoxState();

/** Whatever the box can do besides opening a product. */
export function actions(): Action[] {
	const places = PLACES.filter((p) => !p.may || p.may()).map((p) => ({
		id: `go:${p.href}`,
		label: t('command.goTo', { place: t(p.label) }),
		run: () => void goto(p.href)
	}));
	const sections = mySections().map((s) => ({
		id: `go:${s.href}`,
		label: t('command.goTo', { place: t(s.label) }),
		run: () => void goto(s.href)
	}));
	const facilities = (session.me?.facilities ?? [])
		.filter((f) => f.id !== session.facilityId)
		.map((f) => ({ id: `at:${f.id}`, label: t('command.switchTo', { name: f.name }), run: () => facilityChange.choose(f.id) }));
	const themes = (['light', 'dark', 'system'] as const)
		.filter((x) => x !== theme.current)
		.map((x) => ({ id: `theme:${x}`, label: t(`command.theme.${x}`), run: () => theme.set(x) }));
	const out = { id: 'sign-out', label: t('action.signOut'), run: () => void signOut.go() };
	return [...places, ...sections, ...facilities, ...themes, out];
}

/** Every word typed is in the label, in any order. */
export function matches(label: string, query: string): boolean {
	const text = label.toLocaleLowerCase();
	return query
		.toLocaleLowerCase()
		.split(/\s+/)
		.every((word) => text.includes(word));
}
