import { afterEach, expect, it } from 'vitest';
import type { Home, Me, Permission } from '$lib/api/types';
import { session } from '$lib/state/session.svelte';
import { work } from '$lib/state/work.svelte';
import { PLACES } from './nav';

const badge = () => PLACES.find((p) => p.href === '/requests')?.badge?.();
const may = (...permissions: Permission[]) => {
	session.me = { facilities: [{ id: 'f', permissions }], everywhere: [] } as unknown as Me;
	session.facilityId = 'f';
};

afterEach(() => {
	session.me = work.home = null;
	session.facilityId = null;
});

it('counts requests for whoever decides them, and for nobody else', () => {
	work.home = { requests_pending: 3 } as Home;
	may('variance.approve');
	expect(badge()).toBe(3);
	// An admin looks after people and settings; whoever reports waits like the request itself.
	may('users.manage', 'variance.report');
	expect(badge()).toBe(0);
});
