import type { BrowserContext, Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { digits, word, type Api, type Product } from './support/api';
import { scan, workerReady } from './support/app';
import { finish } from './support/counting-screen';
import { expect, test } from './support/test';

test.use({ person: 'associate', tolerated: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/ });

interface Count {
	id: string;
	name: string;
}

/** An open count of these SKUs at Main Street. */
async function openCount(api: Api, skus: string[]): Promise<Count> {
	const id = randomUUID();
	const name = `${word()} wall`;
	await api.post('/counts', { id, facility_id: await api.facility(), name, kind: 'directed', blind: false, sku_ids: skus });
	await api.post(`/counts/${id}/open`, {});
	return { id, name };
}

const lines = async (api: Api, count: Count) => {
	const { items } = await api.get<{ items: { sku_id: string; counted: number | null }[] }>(`/counts/${count.id}/lines`);
	return new Map(items.map((line) => [line.sku_id, line.counted]));
};

const safe = (page: Page) => page.getByTestId('safe');
const units = (page: Page) => page.getByTestId('units');
const card = (page: Page) => page.locator('section.last');

async function begin(page: Page, count: Count, items: number): Promise<void> {
	await page.goto(`/counts/${count.id}/count`);
	await expect(page.getByText(items === 1 ? '1 item is on this device' : `${items} items are on this device`)).toBeVisible();
	await workerReady(page);
}

async function start(page: Page, area: string): Promise<void> {
	await page.getByLabel('Your area').fill(area);
	await page.getByRole('button', { name: 'Start counting' }).click();
	await expect(page.getByText('Scan the first item')).toBeVisible();
}

/** Scans and waits until the screen says how many it has: a person does the same. */
async function count(page: Page, code: string, total: number): Promise<void> {
	await scan(page, code);
	await expect(units(page)).toHaveText(String(total));
}

async function several(page: Page, quantity: number): Promise<void> {
	await page.getByRole('button', { name: 'Several of the last one' }).click();
	const sheet = page.getByRole('dialog', { name: 'How many of these?' });
	await sheet.getByRole('textbox').fill(String(quantity));
	await sheet.getByRole('button', { name: `Count ${quantity}` }).click();
	await expect(sheet).toBeHidden();
}

test('who scans at once has begun: both units of the burst count', async ({ page, api }) => {
	const product = await api.product({ stock: 2 });
	const open = await openCount(api, [product.sku]);
	await begin(page, open, 1);
	await scan(page, product.barcode);
	await count(page, product.barcode, 2);
	await expect(page).toHaveURL(new RegExp(`/counts/${open.id}/count$`));
	await expect(safe(page)).toContainText('2 safe');
});

test('a day without a connection: started, counted over a reload and in a second tab, matched, sent, submitted', async ({ page, api, context }) => {
	const shoe = await api.product({ stock: 3, sizes: ['9', '10'] });
	const boot = await api.product({ stock: 1 });
	const other = await api.product({ stock: 2 });
	const [nine, ten] = shoe.skus as [Product['skus'][0], Product['skus'][0]];
	const work = await openCount(api, [nine.id, ten.id, boot.sku]);
	const unknown = `9${digits(12)}`;

	await begin(page, work, 3);
	await context.setOffline(true);
	await start(page, 'Stockroom');
	await expect(safe(page)).toHaveText('0 safe · Offline');

	await count(page, nine.barcode, 1);
	await expect(card(page)).toContainText('Counted');
	await count(page, nine.barcode, 2);
	await count(page, boot.barcode, 3);
	await several(page, 12);
	await expect(units(page)).toHaveText('14');
	await count(page, boot.barcode, 15);
	await page.getByRole('button', { name: 'Undo the last scan' }).click();
	await expect(units(page)).toHaveText('14');
	await count(page, unknown, 15);
	await expect(card(page)).toContainText('Will be looked up');
	await count(page, other.barcode, 16);
	await expect(safe(page)).toHaveText('0 safe · 9 waiting · Offline');

	// Nothing of it is anywhere but on this device: the page goes, and comes again.
	await page.reload();
	await expect(safe(page)).toHaveText('0 safe · 9 waiting · Offline');
	await expect(units(page)).toHaveText('16');
	const tab = await context.newPage();
	await tab.goto(`/counts/${work.id}/count`);
	await expect(units(tab)).toHaveText('16');
	await page.getByRole('link', { name: /^To count/ }).click();
	await page.getByRole('button', { name: /^None here/ }).click();
	await expect(page.getByText('Everything on the list is counted')).toBeVisible();
	await expect(safe(tab)).toHaveText('0 safe · 10 waiting · Offline');

	// The connection alone drains it, once, whichever tab does it.
	await context.setOffline(false);
	await expect(safe(page)).toHaveText('10 safe');
	await expect(safe(tab)).toHaveText('10 safe');
	await tab.close();
	await page.getByRole('link', { name: /^Counted/ }).click();
	await expect(page.getByText('Not on the list').first()).toBeVisible();

	// A code that nothing has must be decided first.
	await page.getByRole('button', { name: 'Finish' }).click();
	await page.getByRole('dialog').getByRole('link', { name: 'Match codes' }).click();
	await page.getByRole('button', { name: `Choose the item: ${unknown}` }).click();
	const sheet = page.getByRole('dialog', { name: `What has the code ${unknown}?` });
	await sheet.getByRole('searchbox').fill(ten.code);
	await sheet.getByRole('button', { name: ten.code }).click();
	await expect(page.getByText('All decided')).toBeVisible();
	await page.getByRole('link', { name: 'Back to counting' }).click();
	await page.getByRole('button', { name: 'Finish' }).click();
	await page.getByRole('button', { name: 'Submit my count' }).click();
	await expect(page.getByRole('heading', { name: 'Submitted', exact: true })).toBeVisible();

	const counted = await lines(api, work);
	expect([nine.id, ten.id, boot.sku, other.sku].map((id) => counted.get(id))).toEqual([2, 1, 12, 1]);
	const { items } = await api.get<{ items: { area: string; status: string; scans: number }[] }>(`/counts/${work.id}/sessions`);
	expect(items).toMatchObject([{ area: 'Stockroom', status: 'submitted', scans: 10 }]);
});

test('submitted without a connection, it goes by itself after all that was scanned', async ({ page, api, context }) => {
	const shoe = await api.product({ stock: 3 });
	const work = await openCount(api, [shoe.sku]);
	await begin(page, work, 1);
	await context.setOffline(true);
	await start(page, '');
	await count(page, shoe.barcode, 1);
	await page.getByRole('button', { name: 'Finish' }).click();
	await page.getByRole('button', { name: 'Submit my count' }).click();
	await expect(page.getByRole('heading', { name: 'Done. It will be submitted' })).toBeVisible();
	await context.setOffline(false);
	await expect(page.getByRole('heading', { name: 'Submitted', exact: true })).toBeVisible();
	expect((await lines(api, work)).get(shoe.sku)).toBe(1);
});

test('an answer that never came: the same scans again, each counted once', async ({ page, api, context }) => {
	const shoe = await api.product({ stock: 3 });
	const work = await openCount(api, [shoe.sku]);
	await page.goto(`/counts/${work.id}/count`);
	await start(page, 'Wall');
	await expect(safe(page)).toHaveText('0 safe');
	let lost = 0;
	await page.route('**/api/v1/count-sessions/*/scans', async (route) => {
		if (lost++) return route.continue();
		// The server has them, but the connection breaks before it can say so.
		await route.fetch({ headers: { ...route.request().headers(), cookie: await cookies(context) } });
		await route.abort('failed');
	});
	await count(page, shoe.barcode, 1);
	await count(page, shoe.barcode, 2);
	await expect(safe(page)).toHaveText('2 safe');
	expect(lost).toBeGreaterThan(1);
	expect((await lines(api, work)).get(shoe.sku)).toBe(2);
});

test('begun on one device, gone on with and handed in on another', async ({ page, api, openAs }) => {
	const shoe = await api.product({ stock: 3 });
	const work = await openCount(api, [shoe.sku]);
	await page.goto(`/counts/${work.id}/count`);
	await start(page, 'Wall');
	await count(page, shoe.barcode, 1);
	await count(page, shoe.barcode, 2);
	await expect(safe(page)).toHaveText('2 safe');
	const other = await openAs('associate');
	await other.goto(`/counts/${work.id}/count`);
	await expect(units(other)).toHaveText('2');
	await expect(safe(other)).toHaveText('2 safe');
	await count(other, shoe.barcode, 3);
	await expect(safe(other)).toHaveText('3 safe');
	await finish(other);
	// The first one finds its session over, and nothing of it lost.
	await page.reload();
	await expect(page.getByRole('heading', { name: 'Submitted', exact: true })).toBeVisible();
	expect((await lines(api, work)).get(shoe.sku)).toBe(3);
	const { items } = await api.get<{ items: unknown[] }>(`/counts/${work.id}/sessions`);
	expect(items).toHaveLength(1);
});

test.describe('of two stores', () => {
	test.use({ person: 'lead' });

	test('neither signing out nor another facility while scans wait, and the way out', async ({ page, api, context }) => {
		const shoe = await api.product({ stock: 3 });
		const work = await openCount(api, [shoe.sku]);
		await begin(page, work, 1);
		await start(page, 'Wall');
		await context.setOffline(true);
		await count(page, shoe.barcode, 1);
		await page.getByRole('link', { name: 'Back to the count' }).click();
		// Signing out would leave the scans behind.
		await page.getByRole('link', { name: 'More' }).click();
		await page.getByRole('button', { name: 'Sign out' }).click();
		const held = page.getByRole('dialog', { name: 'Some entries aren’t sent yet' });
		await expect(held).toContainText('They go by themselves as soon as it is back.');
		await expect(held).toContainText(`“${work.name}”`);
		const saved = page.waitForEvent('download');
		await held.getByRole('button', { name: 'Save as a file' }).click();
		expect(await readFile(await (await saved).path(), 'utf8')).toContain(shoe.barcode);
		await held.getByRole('button', { name: 'Close' }).click();
		await page.getByRole('button', { name: /^Facility:/ }).filter({ visible: true }).click();
		await page.getByRole('button', { name: /Harbour/ }).click();
		const sheet = page.getByRole('dialog', { name: 'Some scans aren’t sent yet' });
		await expect(sheet).toContainText(`“${work.name}”`);
		await expect(sheet.getByRole('button', { name: 'Save as a file' })).toBeVisible();
		await context.setOffline(false);
		// It goes by itself, too: whoever is faster.
		const way = page.getByRole('dialog', { name: /^(Some scans aren’t sent yet|Everything is sent)$/ });
		await way.getByRole('button', { name: /^(Send now and switch|Switch to Harbour)$/ }).click();
		await expect(way).toBeHidden();
		await expect(page.getByRole('button', { name: 'Facility: Harbour' }).filter({ visible: true })).toBeVisible();
		expect((await lines(api, work)).get(shoe.sku)).toBe(1);
	});
});

async function cookies(context: BrowserContext): Promise<string> {
	return (await context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
}
