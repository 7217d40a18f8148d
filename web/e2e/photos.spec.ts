import type { Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { word } from './support/api';
import { choose, history, MINUS, openProduct, openSheet, postButton, quantity, scan, syncBadge, workerReady } from './support/app';
import { finish } from './support/counting-screen';
import { keptPhoto, take } from './support/photo';
import { expect, test } from './support/test';

test.use({ tolerated: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/ });

interface Photos {
	items: { id: string }[];
}

/** The picture stands there, and isn't only asked for. */
async function shown(page: Page): Promise<void> {
	await expect.poll(() => page.getByRole('dialog', { name: /^Photo( \d|$)/ }).getByRole('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
}

test('of a variance: taken and kept without a connection, sent once, upright and silent about where it was taken', async ({ page, api, context }) => {
	const product = await api.product({ stock: 6 });
	await openProduct(page, product);
	await workerReady(page);
	const sheet = await openSheet(page);
	await choose(sheet, 'Lost');
	await context.setOffline(true);
	const taken = sheet.getByRole('list', { name: 'Photos' });
	for (let n = 1; n <= 2; n++) {
		await take(page, sheet.getByRole('button', { name: 'Take a photo' }));
		await expect(taken.getByRole('img')).toHaveCount(n);
	}
	await taken.getByRole('button', { name: 'Remove photo 2' }).click();
	await expect(taken.getByRole('img')).toHaveCount(1);
	await sheet.getByLabel(/^Note/).fill('empty box');
	await postButton(sheet).click();
	// The variance and its photo, both on this device alone, whatever happens to the page.
	await expect(syncBadge(page, 'Offline · 2 waiting on this device').first()).toBeVisible();
	await page.reload();
	await expect(syncBadge(page, 'Offline · 2 waiting on this device').first()).toBeVisible();
	await context.setOffline(false);
	await expect(syncBadge(page, 'All saved').first()).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('5');

	const [variance, ...more] = await api.variances(product.sku);
	expect(more).toEqual([]);
	const { items } = await api.get<Photos>(`/variances/${variance!.id}/photos`);
	expect(items).toHaveLength(1);
	expect(await keptPhoto(page, `/api/v1/photos/${items[0]!.id}`)).toEqual({ width: 800, height: 1600, top: 'red', tells: false });

	// In the history: looked at, and one more.
	await history(page).first().getByRole('button', { name: `Photos of ${MINUS}1 Lost` }).click();
	const photos = page.getByRole('dialog', { name: 'Photos' });
	await expect(photos.getByRole('button', { name: 'Show the photo by Jonas Weber' })).toHaveCount(1);
	await take(page, photos.getByRole('button', { name: 'Take a photo' }));
	await expect(photos.getByRole('button', { name: 'Show the photo by Jonas Weber' })).toHaveCount(2);
	await photos.getByRole('button', { name: 'Show the photo by Jonas Weber' }).first().click();
	await expect(page.getByRole('dialog', { name: 'Photo 1 of 2' })).toBeVisible();
	await shown(page);
});

test('of what is counted: seen large by whoever reviews it', async ({ page, api, openAs }) => {
	const shelf = word();
	const product = await api.product({ title: `${shelf} Alpha`, stock: 3 });
	const id = randomUUID();
	await api.post('/counts', { id, facility_id: await api.facility(), name: `Wall ${shelf}`, kind: 'directed', blind: false, sku_ids: [product.sku] });
	await api.post(`/counts/${id}/open`, {});
	const counter = await openAs('associate');
	await counter.goto(`/counts/${id}/count`);
	await counter.getByRole('button', { name: 'Start counting' }).click();
	await scan(counter, product.barcode);
	await expect(counter.getByTestId('units')).toHaveText('1');
	await counter.context().setOffline(true);
	await take(counter, counter.getByRole('button', { name: `Take a photo of ${product.title}` }));
	await expect(counter.getByRole('button', { name: `Take a photo of ${product.title}, 1 taken` })).toBeVisible();
	await counter.context().setOffline(false);
	await expect.poll(async () => (await api.get<Photos>(`/counts/${id}/lines/${product.sku}/photos`)).items.length).toBe(1);
	await finish(counter);
	await api.post(`/counts/${id}/submit`, {});

	await page.goto(`/counts/${id}/review?q=${shelf}`);
	await page.getByRole('button', { name: new RegExp(`^${shelf} Alpha`) }).click();
	await page.getByRole('button', { name: 'Show the photo by Maya Lindner' }).click();
	await expect(page.getByRole('dialog', { name: 'Photo', exact: true })).toBeVisible();
	await shown(page);
});
