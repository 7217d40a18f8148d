import type { Page, Route } from '@playwright/test';

const AT = '2026-03-01T12:00:07.000000Z';
const by = { id: '01900000-0000-7000-8000-00000000aaaa', name: 'Ada', kind: 'user' };
const sku = { id: '01900000-0000-7000-8000-000000000001', code: 'TR-1', title: '10', product_id: '01900000-0000-7000-8000-0000000000a1', product_title: 'Trail Runner', image_url: null };
const place = { item: 'gid://shopify/InventoryItem/1', location: 'gid://shopify/Location/1', location_name: 'Main Street 1' };

type Body = Record<string, unknown>;

/** What the server says of one shop, by docs/API-DESIGN.md "Channels": as much of it as its pages ask for. */
export class FakeShop {
	readonly id = '01900000-0000-7000-8000-0000000000c1';
	/** Every write: method and what comes after the shop's own address. */
	calls: string[] = [];
	#bodies = new Map<string, Body>();
	#there: boolean;
	#status: string;
	#read: boolean;
	#facilities: Body[] = [];
	#matched = false;
	#checks = 0;
	#corrected = false;
	#audits: Body[] = [];
	#pushes = [
		{ id: 'p1', delta: -1, status: 'rejected', problem_code: 'INVALID_LOCATION', problem: 'It is not stocked there.', may: { release: false, retry: true, skip: true } },
		{ id: 'p2', delta: 900, status: 'held', problem_code: null, problem: null, may: { release: true, retry: false, skip: true } }
	];
	#settings: Body = { push_limit: 500, corrects: false };

	/** Where the shop sends people back to; null where the server has no address from outside. */
	readonly #redirect: string | null;
	readonly #kind: string;

	constructor({ live = false, redirect = null as string | null, kind = 'static' } = {}) {
		this.#redirect = redirect;
		this.#kind = kind;
		this.#there = live;
		this.#read = live;
		this.#matched = live;
		this.#status = live ? 'running' : 'connected';
	}

	/** The body of the last write of that kind. */
	sent(method: string, what: string): Body | undefined {
		return this.#bodies.get(`${method} ${what}`);
	}

	async answer(page: Page): Promise<void> {
		await page.route(/\/api\/v1\/channels(\/|\?|$)/, (route) => this.#answer(route));
	}

	async #answer(route: Route): Promise<void> {
		const request = route.request();
		const address = new URL(request.url());
		const what = address.pathname.replace(/^\/api\/v1\/channels\/?/, '').replace(this.id, '').replace(/^\//, '');
		const method = request.method();
		if (method !== 'GET') {
			this.calls.push(`${method} ${what}`);
			this.#bodies.set(`${method} ${what}`, (request.postDataJSON() ?? {}) as Body);
		}
		const status = method === 'POST' && ['check', 'start', 'audits'].includes(what) ? 202 : method === 'POST' && !what && !address.pathname.includes(this.id) ? 201 : 200;
		await route.fulfill({ status, json: method === 'GET' ? this.#get(what, address) : this.#write(method, what) });
	}

	#get(what: string, address: URL): unknown {
		const query = address.searchParams;
		const page = (items: unknown[]) => ({ items, next_cursor: null });
		if (what === '') return address.pathname.endsWith(this.id) ? this.#channel() : { items: this.#there ? [this.#channel()] : [] };
		if (what === 'authorizations') return { redirect_url: this.#redirect, scopes: ['read_products', 'read_inventory', 'write_inventory', 'read_locations', 'read_orders', 'read_merchant_managed_fulfillment_orders', 'read_returns'] };
		if (what === 'locations') return { items: this.#read ? [this.#location()] : [] };
		if (what === 'items') return page(query.get('problem') === 'twice' && this.#read && !this.#matched ? [this.#item()] : []);
		if (what === 'pushes') return page(this.#pushes.filter((p) => !query.get('status') || p.status === query.get('status')).map((p) => this.#push(p)));
		if (what === 'differences') return page([this.#difference()]);
		if (what === 'audits') return page(this.#audits);
		if (what === 'jobs') return page([]);
		if (what.startsWith('jobs/')) return this.#job(what.slice(5));
		throw new Error(`Nobody was expected to ask for ${what}.`);
	}

	#write(method: string, what: string): unknown {
		const body = this.#bodies.get(`${method} ${what}`) ?? {};
		if (method === 'POST' && what === '') {
			// The client makes the id; the tests know this one.
			this.#there = true;
			return this.#channel();
		}
		if (what === 'authorizations') return { authorize_url: '/settings/shops/not-connected?why=refused', expires_at: AT };
		if (method === 'PATCH') {
			this.#settings = { ...this.#settings, ...body };
			return this.#channel();
		}
		if (method === 'PUT' && what.startsWith('facilities/')) {
			this.#facilities.push({ facility_id: what.slice(11), code: 'X1', name: 'The store', safety_stock: body.safety_stock });
			return this.#location();
		}
		if (method === 'PUT') {
			this.#matched = true;
			return { ...this.#item(), sku, matched_by: 'person', problem: null };
		}
		if (what === 'stop') {
			this.#status = 'stopped';
			return this.#channel();
		}
		if (what.startsWith('pushes/')) {
			const push = this.#pushes.find((p) => what.includes(p.id))!;
			this.#pushes = this.#pushes.filter((p) => p !== push);
			return this.#push({ ...push, status: what.endsWith('skip') ? 'skipped' : 'pending' });
		}
		if (what === 'differences/correct') {
			this.#corrected = true;
			return this.#difference();
		}
		return { ...this.#job(`${what}-${String(body.id)}`), status: 'running', ended_at: null };
	}

	/** Done by the time it is asked for. */
	#job(name: string): Body {
		const kind = name.startsWith('start') ? 'start' : name.startsWith('audits') ? 'audit' : 'check';
		if (kind === 'start') this.#status = 'running';
		if (kind === 'audit') this.#audits = [audit];
		this.#read = true;
		if (kind === 'check') this.#checks += 1;
		const differences = [{ sku, ...place, shop_has: 9, should_have: 2 }, { sku, ...place, item: 'gid://shopify/InventoryItem/2', shop_has: 1, should_have: 3 }];
		return {
			id: name,
			channel_id: this.id,
			kind,
			status: 'done',
			by,
			began_at: AT,
			ended_at: AT,
			problem: null,
			read: null,
			// Without a facility behind any location there is nothing to compare.
			compared: kind === 'check' && this.#facilities.length ? { levels: 40, differing: 2, differences } : null,
			taken_in: null,
			audit: kind === 'audit' ? audit : null
		};
	}

	#channel(): Body {
		const count = (status: string) => this.#pushes.filter((p) => p.status === status).length;
		const live = this.#status === 'running';
		return {
			id: this.id,
			name: 'Acme',
			shop: 'https://acme.myshopify.com',
			api_version: '2026-10',
			credential_kind: this.#kind,
			scopes: [],
			webhook_secrets: 0,
			status: this.#status,
			status_reason: null,
			threshold: 0,
			...this.#settings,
			version: 1,
			created_at: AT,
			in_step_since: live ? AT : null,
			last_reply_at: AT,
			orders_from: live ? AT : null,
			orders_until: live ? AT : null,
			job: null,
			summary: {
				behind: 0,
				waiting: { oversell: 0, fall: 0, rise: 0 },
				sending: 0,
				held: live ? count('held') : 0,
				rejected: live ? count('rejected') : 0,
				oldest: null,
				settled_last_hour: 812,
				median_ms: 640,
				p99_ms: 2100,
				levels: { live: live ? 40 : 0, frozen: 0, closed: 0 },
				items: { matched: 20, not_live: 0, twice: this.#matched ? 0 : 1, none: 0, untracked: 0, gone: 0 },
				differences: { confirmed: live ? 1 : 0, unconfirmed: 0 }
			}
		};
	}

	#location = (): Body => ({ location: place.location, name: place.location_name, active: true, seen_at: AT, facilities: this.#facilities });
	#push = (push: Body): Body => ({ sku, ...place, facility_id: null, movement_id: null, kind: 'adjust', name: 'available', to_name: null, compare: null, reason: 'damaged', urgency: 'fall', call_id: null, recorded_at: AT, sent_at: null, settled_at: null, adjustment: null, ...push });
	#item = (): Body => ({ item: place.item, number: '1', variant: 'gid://shopify/ProductVariant/1', code: 'TR-1', barcodes: [], handle: 'trail-runner', title: 'Trail Runner', options: ['10'], tracked: true, sku: null, matched_by: null, problem: 'twice', candidates: [sku], live: false });
	#difference = (): Body => ({ sku, ...place, class: 'foreign_write', shop_has: 7, should_have: 5, first_seen_at: AT, seen_at: AT, sightings: 2, confirmed_at: AT, correcting: this.#corrected, corrections: 0, problem: null, may_correct: !this.#corrected });
}

const audit = { id: 'a1', kind: 'asked', status: 'done', began_at: AT, ended_at: AT, as_of: AT, levels: 18_231, equal: 18_231, in_flight: 0, left_out: 0, differing: {}, problem: null };
