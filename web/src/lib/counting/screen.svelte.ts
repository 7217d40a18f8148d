import { asProblem, Problem } from '$lib/api/problem';
import type { SkuRef, Uuid } from '$lib/api/types';
import { uuidv7 } from '$lib/ids';
import { session as signedIn } from '$lib/state/session.svelte';
import { getCatalog, getCount, getSession, getSessionCodes, getSessionLines, type CatalogItem, type CountInfo, type How, type ScanResult, type SessionLine } from './api';
import { CatalogIndex, clean, keptCatalog, readCatalog } from './catalog';
import type { Change, CountingDevice } from './device';
import type { Op, ScanOp, Session } from './model';
import { counting } from './presence.svelte';
import { SESSION_SCANS_MAX, type NewScan, type Numbers } from './queue';
import { loadSettings, saveSettings, signal, type Settings } from './signals';
import { standing, tally, type Kind } from './tally';

/** Pages of a session that is taken over from another device. */
const ADOPTED_PAGES_MAX = 500;

/** One count, counted by me on this device: what the screen shows, and what its buttons do. */
export class CountingScreen {
	readonly countId: Uuid;
	phase = $state<'loading' | 'choose' | 'counting' | 'over' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	count = $state.raw<CountInfo | null>(null);
	facilityName = $state('');
	session = $state.raw<Session | null>(null);
	numbers = $state.raw<Numbers>({ safe: 0, waiting: 0, refused: 0 });
	/** Where the catalogue isn't whole: offline, or still coming. */
	catalogComplete = $state(false);
	catalogSize = $state(0);
	settings = $state.raw<Settings>(loadSettings());
	/** A scan that could not be stored: it doesn't count, and somebody has to know. */
	notStored = $state<string | null>(null);
	/** What a screen reader hears of the last step. */
	said = $state('');

	#ops = $state.raw<Op[]>([]);
	#known = new CatalogIndex();
	#knownVersion = $state(0);
	#device: CountingDevice | null = null;
	#chain: Promise<unknown> = Promise.resolve();
	#abort = new AbortController();
	#ends: (() => void)[] = [];
	#signalled = new Set<Uuid>();

	tally = $derived.by(() => {
		void this.#knownVersion;
		return tally({ base: this.session?.base ?? null }, this.#ops, this.#known);
	});
	/** Listed, and not seen yet. */
	left = $derived.by<CatalogItem[]>(() => {
		void this.#knownVersion;
		if (!this.hasList) return [];
		const seen = new Set(this.tally.lines.map((l) => l.sku_id));
		const again = this.session?.recount_sku_ids ?? [];
		const wanted = again.length ? again.flatMap((id) => this.#known.sku(id) ?? []) : this.#known.listed();
		return wanted.filter((item) => !seen.has(item.sku.id)).sort(byTitle);
	});
	hasList = $derived(this.session ? this.session.kind !== 'area' || this.session.recount_sku_ids.length > 0 : this.count?.kind !== 'area');
	refused = $derived(this.#ops.filter((op) => op.state === 'refused'));
	submitted = $derived(this.session?.state !== 'open');
	/** The scan that the person is being asked about. */
	asked = $derived.by(() => {
		const { last } = this.tally;
		return last?.kind === 'choose' ? last.op : null;
	});

	constructor(countId: Uuid) {
		this.countId = countId;
	}

	close(): void {
		this.#abort.abort();
		this.#ends.splice(0).forEach((end) => end());
	}

	/** `recount`: the person asked to count again. */
	async open(recount = false): Promise<void> {
		this.phase = 'loading';
		this.problem = null;
		try {
			const { device } = await import('./device');
			this.#device = device;
			await counting.watch();
			this.#ends.push(device.on((change) => this.#changed(change)), device.hear((s, results) => this.#heard(s, results)));
			await this.#find(device);
			if (recount) await this.#recount();
		} catch (error) {
			if (this.#abort.signal.aborted) return;
			this.problem = asProblem(error);
			this.phase = 'failed';
		}
	}

	/** What the device has at once; what the server says, where it can be asked. */
	async #find(device: CountingDevice): Promise<void> {
		const me = signedIn.me;
		if (!me) return;
		const mine = await device.db.sessions.where('[user_id+count_id]').equals([me.id, this.countId]).sortBy('started_at');
		const latest = mine.at(-1) ?? null;
		const kept = await device.db.counts.get([me.id, this.countId]);
		if (kept) this.#know(kept.count, kept.facility_name);
		await this.#loadKept();
		if (latest) await this.#enter(latest);
		try {
			await this.#ask(me.id);
		} catch (error) {
			const problem = asProblem(error);
			if (this.#abort.signal.aborted) return;
			// Without a connection, or where the count is no longer ours to see, what is on the device is still ours.
			if (!this.session && !(this.count && problem.mayRetry)) throw problem;
		}
		if (!this.session) this.phase = 'choose';
		void this.#readCatalog();
	}

	async #ask(userId: Uuid): Promise<void> {
		const count = await getCount(this.countId, this.#abort.signal);
		const name = signedIn.facilityName(count.facility_id);
		this.#know(count, name);
		await this.#device!.db.counts.put({ count_id: count.id, user_id: userId, count, facility_name: name, at: Date.now() });
		if (this.session) await this.#compare(this.session);
		else if (count.my_session_id) await this.#adopt(count, count.my_session_id, userId);
	}

	#know(count: CountInfo, facilityName: string): void {
		this.count = count;
		this.facilityName = facilityName;
		this.#known.hasList = count.kind !== 'area';
	}

	/** Whoever is done with an earlier round goes on with the next one at once, in the same place. */
	async #recount(): Promise<void> {
		const { session, count } = this;
		const waits = count?.status === 'in_review' && count.may?.count;
		if (!waits || count.my_session_id || session?.state !== 'submitted') return;
		this.startAnother();
		await this.start(session.area ?? '');
	}

	/** A manager may have submitted or reopened it. What waits here is sent in any case. */
	async #compare(session: Session): Promise<void> {
		const started = await this.#device!.db.ops.where('[session_id+kind+state]').equals([session.id, 'start', 'waiting']).count();
		if (started || session.state === 'submitting') return;
		const there = await getSession(session.id, this.#abort.signal);
		const state = there.status === 'submitted' || there.status === 'discarded' ? 'submitted' : 'open';
		if (state === session.state) return;
		const notice = there.status === 'discarded' ? new Problem({ type: 'session-discarded', status: 409 }).toJSON() : null;
		await this.#device!.db.sessions.update(session.id, { state, notice });
		await this.#refreshSession();
	}

	/** Begun on another device: this one goes on from its sums. */
	async #adopt(count: CountInfo, id: Uuid, userId: Uuid): Promise<void> {
		const there = await getSession(id, this.#abort.signal);
		const lines: SessionLine[] = [];
		let cursor: string | null = null;
		for (let page = 0; page < ADOPTED_PAGES_MAX; page++) {
			const answer = await getSessionLines(id, cursor, this.#abort.signal);
			lines.push(...answer.items);
			cursor = answer.next_cursor;
			if (cursor === null) break;
		}
		const { items: codes } = await getSessionCodes(id, this.#abort.signal);
		const session: Session = {
			...this.#draft(count, id, there.area, userId),
			started_at: there.started_at,
			state: 'open',
			halted: null,
			notice: null,
			touched: Date.now(),
			recount_sku_ids: there.recount_sku_ids,
			base: {
				scans: there.scans,
				lines: lines.map((l) => ({ sku: l.sku, counted: l.counted, listed: l.listed, at: l.last_scanned_at })),
				codes: codes.map((c) => ({ code: c.code, quantity: c.quantity, scans: c.scans, at: c.first_scanned_at, before: c.before, after: c.after, sku: c.sku, removed: c.removed }))
			}
		};
		await this.#device!.db.sessions.put(session);
		await this.#enter(session);
	}

	#draft(count: CountInfo, id: Uuid, area: string | null, userId: Uuid) {
		return {
			id,
			user_id: userId,
			user_name: signedIn.me?.name ?? '',
			count_id: count.id,
			count_name: count.name,
			kind: count.kind,
			blind: count.blind,
			facility_id: count.facility_id,
			facility_name: this.facilityName,
			area
		};
	}

	async start(area: string): Promise<void> {
		const me = signedIn.me;
		if (!me || !this.count || !this.#device) return;
		const draft = this.#draft(this.count, uuidv7(), area.trim() || null, me.id);
		await this.#enter(await this.#device.queue.startSession(draft, deviceName()));
	}

	async #enter(session: Session): Promise<void> {
		this.session = session;
		this.#known.hasList = session.kind !== 'area';
		this.#ops = await this.#device!.db.ops.where('session_id').equals(session.id).sortBy('seq');
		await this.#refreshNumbers();
		this.phase = session.state === 'open' ? 'counting' : 'over';
	}

	// The catalogue

	async #loadKept(): Promise<void> {
		this.#take(await keptCatalog(this.#device!.db, this.countId));
		this.catalogComplete = (await this.#device!.db.catalogs.get(this.countId))?.complete ?? false;
	}

	async #readCatalog(): Promise<void> {
		try {
			this.catalogComplete = await readCatalog({
				db: this.#device!.db,
				countId: this.countId,
				page: (cursor) => getCatalog(this.countId, cursor, this.#abort.signal),
				take: (items) => this.#take(items),
				signal: this.#abort.signal
			});
		} catch {
			// What isn't known here will be looked up; the next start of this screen reads on.
		}
	}

	/** The connection is back. */
	again(): void {
		if (!this.catalogComplete && this.#device) void this.#readCatalog();
	}

	#take(items: CatalogItem[]): void {
		this.#known.put(items);
		this.catalogSize = this.#known.size;
		this.#knownVersion += 1;
	}

	search(query: string, most: number): CatalogItem[] {
		void this.#knownVersion;
		return this.#known.search(query, most);
	}

	skuOf = (id: Uuid | null): SkuRef | null => (id ? (this.#known.sku(id)?.sku ?? null) : null);
	byCode = (code: string) => this.#known.byCode(code);

	// What the person does. One after the other: the second scan of a burst waits for the first to be stored.

	scan(read: string, how: How, quantity = 1): Promise<void> {
		const code = clean(read);
		if (!code) return Promise.resolve();
		return this.#then(async () => {
			const candidates = this.#known.byCode(code);
			if (this.asked) await this.#device!.queue.decide(this.session!.id, this.asked.id, null);
			await this.#add([{ code, sku_id: candidates.length === 1 ? candidates[0]!.sku.id : null, quantity, how, held: candidates.length > 1 }], code);
		});
	}

	/** By hand; 0 is a count. */
	enter(skuId: Uuid, quantity: number): Promise<void> {
		return this.#then(() => this.#add([{ code: null, sku_id: skuId, quantity, how: 'typed' }], ''));
	}

	/** "12 of these": says it instead of the last scan. */
	multiply(op: ScanOp, quantity: number): Promise<void> {
		return this.#then(() => {
			const again = { code: op.code, sku_id: op.sku_id, quantity, how: op.how };
			return this.#add([this.#undoing(op), again], op.code ?? '');
		});
	}

	/** Which of several it was; null where the person doesn't know. */
	decide(skuId: Uuid | null): Promise<void> {
		return this.#then(async () => {
			const op = this.asked;
			if (!op) return;
			await this.#device!.queue.decide(this.session!.id, op.id, skuId);
			await this.#refresh();
			this.#signal(this.tally.last?.kind ?? 'unknown');
		});
	}

	undo(): Promise<ScanOp | null> {
		let undone: ScanOp | null = null;
		return this.#then(async () => {
			const last = standing(this.#ops).at(-1);
			if (!last) return;
			if (last.state === 'held') await this.#device!.queue.decide(this.session!.id, last.id, null);
			await this.#add([this.#undoing(last)], last.code ?? '', true);
			undone = last;
		}).then(() => undone);
	}

	#undoing(op: ScanOp): Omit<NewScan, 'session_id'> {
		return { code: op.code, sku_id: op.sku_id, quantity: op.quantity === 0 ? 0 : -op.quantity, how: op.how, undoes: op.id };
	}

	match(code: string, sku: SkuRef | null, saveBarcode: boolean): Promise<void> {
		return this.#then(async () => {
			await this.#device!.queue.match(this.session!.id, code, sku, saveBarcode);
			await this.#refresh();
		});
	}

	async submit(): Promise<void> {
		await this.#device!.queue.submit(this.session!.id);
		await this.#refreshSession();
	}

	async takeBack(): Promise<void> {
		await this.#device!.queue.takeBackSubmit(this.session!.id);
		await this.#refreshSession();
	}

	async sendAgain(): Promise<void> {
		await this.#device!.queue.drain(true);
	}

	async export(): Promise<void> {
		await this.#device!.export(this.session!.id);
	}

	async discardRefused(): Promise<void> {
		await this.#device!.queue.discardRefused(this.session!.id);
	}

	/** Only where the server wants nothing of it: the person has a file, or doesn't need one. */
	async discard(): Promise<void> {
		await this.#device!.queue.discardSession(this.session!.id);
		this.session = null;
		this.#ops = [];
		this.phase = 'choose';
		await counting.refresh();
	}

	/** A new session of mine in the same count. */
	startAnother(): void {
		this.session = null;
		this.#ops = [];
		this.numbers = { safe: 0, waiting: 0, refused: 0 };
		this.phase = 'choose';
	}

	set(settings: Settings): void {
		this.settings = settings;
		saveSettings(settings);
	}

	async #add(scans: Omit<NewScan, 'session_id'>[], label: string, quiet = false): Promise<void> {
		const session = this.session!;
		try {
			if (this.#ops.length >= SESSION_SCANS_MAX) throw new Problem({ type: 'too-many', status: 422 });
			await this.#device!.queue.addScans(scans.map((scan) => ({ ...scan, session_id: session.id })));
		} catch (error) {
			// Nothing was counted, and nobody who looks at the shelf would notice.
			this.notStored = label || '?';
			signal('failed', this.settings);
			await this.#refreshSession();
			throw error;
		}
		this.notStored = null;
		await this.#refresh(false);
		if (!quiet) this.#signal(this.tally.last?.kind ?? 'known');
	}

	#then(work: () => Promise<void>): Promise<void> {
		const next = this.#chain.then(work, work);
		this.#chain = next.catch(() => {});
		return next.catch(() => {});
	}

	#signal(kind: Kind): void {
		signal(kind, this.settings);
	}

	// What comes from the database: from this tab, from another, from the queue.

	#changed({ sessionId, what, elsewhere }: Change): void {
		if (sessionId !== this.session?.id) return;
		if (what === 'added' && !elsewhere) return void this.#refreshNumbers();
		const other = what === 'other';
		void this.#refresh(other)
			.then(() => (other ? this.#refreshSession() : undefined))
			.catch(() => {});
	}

	/** The new ones, and those of which the state may have changed. */
	async #refresh(states = true): Promise<void> {
		const { session } = this;
		if (!session || !this.#device) return;
		const { ops } = this.#device.db;
		const last = this.#ops.at(-1)?.seq ?? -1;
		const open = states ? this.#ops.filter((op) => op.state !== 'safe').map((op) => op.seq!) : [];
		const [fresh, again]: [Op[], (Op | undefined)[]] = await Promise.all([
			ops.where('seq').above(last).filter((op) => op.session_id === session.id).toArray(),
			open.length ? ops.bulkGet(open) : []
		]);
		if (session.id !== this.session?.id) return;
		const changed = new Map(again.filter((op): op is Op => op !== undefined).map((op) => [op.seq!, op]));
		const asked = new Set(open);
		const kept = this.#ops.filter((op) => !asked.has(op.seq!) || changed.has(op.seq!)).map((op) => changed.get(op.seq!) ?? op);
		// Two refreshes may overlap: each row once.
		const newest = kept.at(-1)?.seq ?? -1;
		this.#ops = [...kept, ...fresh.filter((op) => op.seq! > newest)];
		await this.#refreshNumbers();
	}

	async #refreshNumbers(): Promise<void> {
		if (this.session && this.#device) this.numbers = await this.#device.queue.numbers(this.session.id);
	}

	async #refreshSession(): Promise<void> {
		if (!this.session || !this.#device) return;
		const session = await this.#device.db.sessions.get(this.session.id);
		if (!session || session.id !== this.session?.id) return;
		this.session = session;
		this.phase = session.state === 'open' ? 'counting' : 'over';
	}

	/** The server knows a code that the device didn't, or doesn't either. */
	#heard(session: Session, results: ScanResult[]): void {
		if (session.id !== this.session?.id) return;
		const learned: CatalogItem[] = [];
		const lookups = new Map(this.#ops.filter((op): op is ScanOp => op.kind === 'scan' && op.sku_id === null && op.result === null).map((op) => [op.id, op]));
		for (const result of results) {
			const op = lookups.get(result.id);
			if (!op || this.#signalled.has(op.id)) continue;
			this.#signalled.add(op.id);
			if (result.sku && (result.status === 'counted' || result.status === 'unlisted')) {
				const known = this.#known.sku(result.sku.id);
				learned.push({ sku: result.sku, codes: [...(known?.codes ?? []), ...(op.code ? [op.code] : [])], listed: known?.listed ?? result.status === 'counted' });
			}
			// The one in the hand is said again, now that it is known what it is.
			if (op.id === this.tally.last?.op.id && !op.undoes) this.#signal(result.status === 'unlisted' ? 'unlisted' : result.status === 'counted' ? 'known' : 'unknown');
		}
		if (learned.length) this.#take(learned);
	}
}

const byTitle = (a: CatalogItem, b: CatalogItem) =>
	a.sku.product_title.localeCompare(b.sku.product_title) || (a.sku.title ?? '').localeCompare(b.sku.title ?? '', undefined, { numeric: true });

/** What to call this device beside its sessions. */
function deviceName(): string {
	const data = (navigator as { userAgentData?: { platform?: string; mobile?: boolean } }).userAgentData;
	const platform = data?.platform || (/Android|iPhone|iPad|Windows|Mac|Linux/.exec(navigator.userAgent)?.[0] ?? 'Browser');
	return `${platform}${data?.mobile ? ' phone' : ''}`.slice(0, 60);
}
