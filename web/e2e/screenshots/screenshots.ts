import { expect, test as base, type Browser, type Page } from '@playwright/test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { desktop, phone as realPhone } from '../../playwright.config';
import { choose, openSheet, quantity } from '../support/app';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const BYTES_MAX = 200_000;
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
