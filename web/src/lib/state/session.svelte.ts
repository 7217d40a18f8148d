import { goto } from '$app/navigation';
import { onSignedOut } from '$lib/api/client';
import { createSession, deleteSession, getMe } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Me, MyFacility, Permission, Uuid } from '$lib/api/types';
import { remember, remembered } from './device';
import { forgetKept } from './kept';
import { levels } from './levels.svelte';

type Status = 'unknown' | 'in' | 'out' | 'failed';

/** Who is signed in, at which facility, and what they may do there. */
class Session {
	status = $state<Status>('unknown');
	me = $state<Me | null>(null);
	problem = $state<Problem | null>(null);
	facilityId = $state<Uuid | null>(null);

	facility = $derived<MyFacility | null>(this.me?.facilities.find((f) => f.id === this.facilityId) ?? null);
	/** Times are shown in the facility's zone. */
	timeZone = $derived(this.facility?.time_zone ?? 'UTC');
	currency = $derived(this.me?.currency ?? 'EUR');

	/** May I do this at this facility (the current one, unless said)? The server checks again; this only hides what can't work. */
	can(permission: Permission, facilityId: Uuid | null = this.facilityId): boolean {
		if (!this.me) return false;
		if (this.me.everywhere.includes(permission)) return true;
		return this.me.facilities.find((f) => f.id === facilityId)?.permissions.includes(permission) ?? false;
	}

	/** May I do this at any facility at all? For places in the menu. */
	canSomewhere(permission: Permission): boolean {
		if (!this.me) return false;
		return this.me.everywhere.includes(permission) || this.me.facilities.some((f) => f.permissions.includes(permission));
	}

	facilityName(id: Uuid): string {
		return this.me?.facilities.find((f) => f.id === id)?.name ?? '';
	}

	facilityZone(id: Uuid): string {
		return this.me?.facilities.find((f) => f.id === id)?.time_zone ?? this.timeZone;
	}

	/**
	 * At the start of the app. Whoever was signed in last sees their frame at once, and goes on without a connection;
	 * the server's word follows.
	 */
	async load(): Promise<void> {
		this.problem = null;
		const kept = remembered<Me | null>('me', null);
		if (kept) this.#enter(kept);
		try {
			this.#enter(await getMe());
		} catch (error) {
			const problem = asProblem(error);
			if (problem.status === 401) return;
			if (kept && problem.mayRetry) return;
			this.problem = problem;
			this.status = 'failed';
		}
	}

	/** Permissions may have changed, or we started offline. */
	async refresh(): Promise<void> {
		if (this.status !== 'in') return;
		try {
			this.#enter(await getMe());
		} catch {
			// A 401 has been dealt with; for everything else what we know is good enough.
		}
	}

	async signIn(email: string, password: string): Promise<void> {
		this.#enter(await createSession(email, password));
	}

	async signOut(): Promise<void> {
		try {
			await deleteSession();
		} catch (error) {
			// Without the server the cookie can't be ended: say so instead of pretending.
			if (asProblem(error).status !== 401) throw error;
		}
		this.#leave();
		await forgetKept();
		await goto('/sign-in');
	}

	choose(facilityId: Uuid): void {
		this.facilityId = facilityId;
		if (this.me) remember(`facility.${this.me.id}`, facilityId);
	}

	/** The server says that nobody is signed in. */
	expired(): void {
		if (this.status === 'out') return;
		this.#leave();
		const here = location.pathname + location.search;
		const next = here === '/' || location.pathname === '/sign-in' ? '' : `?next=${encodeURIComponent(here)}`;
		void goto(`/sign-in${next}`, { replaceState: true });
	}

	#enter(me: Me): void {
		// Somebody else on this device: what the last person saw is none of their business.
		if (remembered<Uuid | null>('kept-for', null) !== me.id) void forgetKept();
		remember('kept-for', me.id);
		this.me = me;
		const last = remembered<Uuid | null>(`facility.${me.id}`, null);
		const known = (id: Uuid | null) => me.facilities.some((f) => f.id === id);
		if (!known(this.facilityId)) this.facilityId = known(last) ? last : (me.facilities[0]?.id ?? null);
		this.status = 'in';
		remember('me', me);
	}

	#leave(): void {
		levels.clear();
		this.me = null;
		this.facilityId = null;
		this.status = 'out';
		remember('me', null);
	}
}

export const session = new Session();
onSignedOut(() => session.expired());
