import { expect, test as base, type Browser, type Page } from '@playwright/test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { desktop, phone as realPhone } from '../../playwright.config';
import { choose, openSheet, quantity, scan } from '../support/app';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const BYTES_MAX = 250_000;
/** Sharp enough for a README, and small. */
const phone = { ...realPhone, deviceScaleFactor: 1.5 };
/** Of everybody in the demo; it prints it itself. */
const PASSWORD = 'count-every-shoe';

const test = base.extend({ baseURL: async ({}, use) => use(process.env.ONHAND_E2E_URL) });

async function open(browser: Browser, person: string, options: object): Promise<Page> {
	const page = await (await browser.newContext(options)).newPage();
	await page.goto('/sign-in');
	await page.getByLabel('E-mail').fill(`${person}@demo.example`);
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForURL('/');
	await expect(page.getByRole('heading', { level: 1, name: 'Main Street' })).toBeAttached();
	await expect(page.locator('.entry').first()).toBeAttached();
	return page;
}

async function take(page: Page, name: string): Promise<void> {
	await page.mouse.move(0, 0);
	await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => {
		// The live events never end.
	});
	await page.evaluate(() => Promise.all([...document.images].filter((i) => i.loading !== 'lazy').map((i) => i.decode().catch(() => {}))));
	const path = join(FOLDER, `${name}.png`);
	await page.screenshot({ path });
	expect(statSync(path).size, path).toBeLessThan(BYTES_MAX);
}

interface Found {
	product: string;
	sku: string;
	/** So many more, and the order can't be filled. */
	units: number;
}

/** An item at Main Street that is promised to an order, with little to spare here and some elsewhere. */
const promised = (page: Page): Promise<Found> =>
	page.evaluate(async () => {
		const get = async (path: string) => (await fetch(`/api/v1${path}`)).json();
		const { items: facilities } = await get('/facilities');
		const here = facilities.find((f: { name: string }) => f.name === 'Main Street').id;
		const { items: orders } = await get(`/orders?facility_id=${here}&status=open&limit=200`);
		let best: (Found & { rank: number }) | null = null;
		for (const line of orders.flatMap((o: { lines: object[] }) => o.lines)) {
			if (line.facility_id !== here || !line.open_quantity) continue;
			const { items: levels } = await get(`/levels?sku_id=${line.sku.id}`);
			const level = levels.find((l: { facility_id: string }) => l.facility_id === here);
			const elsewhere = levels.filter((l: { facility_id: string; available: number }) => l.facility_id !== here && l.available > 0).length;
			if (!level || level.available < 0 || level.available > 2 || !elsewhere) continue;
			const { items: movements } = await get(`/movements?facility_id=${here}&sku_id=${line.sku.id}&kind=variance`);
			const { skus } = await get(`/products/${line.sku.product_id}`);
			// One with a story, and with few enough options that the story is in the picture.
			const rank = Math.min(movements.length, 2) * 4 + elsewhere - level.available * 3 - skus.length / 4;
			if (!best || rank > best.rank) best = { product: line.sku.product_id, sku: line.sku.id, units: level.available + 1, rank };
		}
		if (!best) throw new Error('The demo has no such item.');
		return best;
	});

test('phone', async ({ browser }) => {
	const page = await open(browser, 'jonas', phone);
	await take(page, 'home-phone');

	const office = await open(browser, 'nina', phone);
	const found = await promised(office);
	await office.goto(`/products/${found.product}?sku=${found.sku}`);
	await expect(quantity(office, 'On hand')).not.toHaveText('–');
	await expect(office.locator('.entry').first()).toBeAttached();
	await take(office, 'product-phone');
	const sheet = await openSheet(office);
	await choose(sheet, 'Damaged');
	await sheet.getByRole('textbox', { name: 'How many?' }).fill(String(found.units));
	await expect(sheet.getByText('can’t be filled from here')).toBeVisible();
	await sheet.getByLabel('Note (optional)').fill('sole torn');
	await sheet.getByRole('heading').first().click();
	await take(office, 'variance-phone');
});

test('desktop', async ({ browser }) => {
	const page = await open(browser, 'jonas', desktop);
	await page.goto('/requests');
	await expect(page.getByRole('article').first()).toBeVisible();
	await take(page, 'requests-desktop');

	const office = await open(browser, 'nina', desktop);
	await office.goto('/variances');
	await expect(office.getByRole('table').nth(1)).toBeVisible();
	await take(office, 'variances-desktop');

	const dark = await open(browser, 'nina', { ...desktop, colorScheme: 'dark' });
	const found = await promised(dark);
	await dark.goto(`/products/${found.product}?sku=${found.sku}`);
	await expect(quantity(dark, 'On hand')).not.toHaveText('–');
	await expect(dark.locator('.entry').first()).toBeAttached();
	await take(dark, 'product-desktop-dark');
});

/** A shelf of the demo's store as Maya counts it: some of it differs. Returns the count's id. */
async function countShelf(manager: Page, counter: Page): Promise<string> {
	const shelf = await manager.evaluate(async () => {
		const call = async (path: string, body?: object) =>
			(await fetch(`/api/v1${path}`, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
		const { facilities } = await call('/me');
		const here = facilities.find((f: { name: string }) => f.name === 'Main Street').id;
		const { items: products } = await call(`/products?facility_id=${here}&q=shoe&limit=40`);
		const { items: others } = await call(`/products?facility_id=${here}&limit=40`);
		const skus: { sku_id: string; quantity: number }[] = [];
		// What a shelf differs by: mostly nothing, here and there a pair.
		const off = [-2, 0, 1, -1, 0, -3, 0, 0, 2, -1, 0, -1, 1, 0, -4, 0];
		for (const product of [...products, ...others]) {
			const { items: levels } = await call(`/levels?facility_id=${here}&product_id=${product.id}`);
			const level = levels.find((l: { available: number; committed: number }) => l.available + l.committed >= 5);
			if (!level || skus.some((s) => s.sku_id === level.sku_id)) continue;
			const good = level.available + level.committed + level.reserved + level.safety_stock;
			skus.push({ sku_id: level.sku_id, quantity: good + off[skus.length % off.length]! });
			if (skus.length === 24) break;
		}
		const id = crypto.randomUUID();
		await call('/counts', { id, facility_id: here, name: 'Sales floor, shelf 3', kind: 'area', area: 'Shelf 3', due_at: new Date(Date.now() + 3 * 3_600_000).toISOString() });
		await call(`/counts/${id}/open`, {});
		return { id, skus };
	});
	await counter.evaluate(async ({ id, skus }) => {
		const post = (path: string, body: object) => fetch(`/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
		const session = crypto.randomUUID();
		await post(`/counts/${id}/sessions`, { id: session, area: 'Shelf 3' });
		const start = Date.now() - skus.length * 20_000;
		const scans = skus.map(({ sku_id, quantity }, i) => ({ id: crypto.randomUUID(), sku_id, quantity, how: i % 7 === 5 ? 'typed' : 'scanned', scanned_at: new Date(start + i * 20_000).toISOString() }));
		await post(`/count-sessions/${session}/scans`, { scans, sent_at: new Date().toISOString() });
		await post(`/count-sessions/${session}/submit`, {});
	}, shelf);
	return shelf.id;
}

/** A wall of the store under Maya's scanner. */
async function counting(manager: Page, counter: Page): Promise<void> {
	const wall = await manager.evaluate(async () => {
		const call = async (path: string, body?: object) =>
			(await fetch(`/api/v1${path}`, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
		const { facilities } = await call('/me');
		const here = facilities.find((f: { name: string }) => f.name === 'Main Street').id;
		const { items } = await call(`/products?facility_id=${here}&limit=9`);
		const products = await Promise.all(items.map((p: { id: string }) => call(`/products/${p.id}`)));
		const skus = products.map((p) => p.skus[0] as { id: string; identifiers: { value: string }[] });
		const id = crypto.randomUUID();
		await call('/counts', { id, facility_id: here, name: 'Sales floor, wall 2', kind: 'directed', sku_ids: skus.map((s) => s.id) });
		await call(`/counts/${id}/open`, {});
		return { id, codes: skus.map((s) => s.identifiers[0]!.value) };
	});
	await counter.goto(`/counts/${wall.id}/count`);
	await counter.getByLabel('Your area').fill('Wall 2');
	await expect(counter.getByText(/are on this device$/)).toBeVisible();
	await counter.getByRole('button', { name: 'Start counting' }).click();
	const seen = [0, 0, 0, 1, 2, 2, 3, 3, 3].map((i) => wall.codes[i]!);
	for (const [i, code] of seen.entries()) {
		await scan(counter, code);
		await expect(counter.getByTestId('units')).toHaveText(String(i + 1));
	}
	await expect(counter.getByTestId('safe')).toHaveText(`${seen.length} safe`);
	await take(counter, 'counting-phone');
}

test('counts', async ({ browser }) => {
	const manager = await open(browser, 'jonas', desktop);
	const counter = await open(browser, 'maya', phone);
	const id = await countShelf(manager, counter);
	const small = await open(browser, 'jonas', phone);
	await small.goto(`/counts/${id}`);
	await expect(small.getByRole('heading', { name: 'Who counts' })).toBeVisible();
	await take(small, 'count-phone');
	await counting(manager, counter);
	await manager.goto(`/counts/${id}`);
	await manager.getByRole('button', { name: 'Submit for review' }).click();
	await manager.waitForURL(`/counts/${id}/review`);
	await expect(manager.getByRole('table', { name: 'Lines' }).getByRole('row').nth(5)).toBeVisible();
	await expect(manager.getByRole('table', { name: 'Stock around the scan' })).toBeVisible();
	await manager.getByRole('button', { name: 'Dismiss' }).click();
	await take(manager, 'review-desktop');
});
