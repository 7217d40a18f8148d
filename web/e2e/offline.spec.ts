import { choose, MINUS, openProduct, openSheet, postButton, quantity, scan, syncBadge, toast, workerReady } from './support/app';
import { expect, test } from './support/test';

test.use({ tolerated: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/ });

test('without a connection work goes on: stored, shown as waiting, sent exactly once', async ({ page, api, context }) => {
	const product = await api.product({ stock: 6 });
	await openProduct(page, product);
	await page.getByRole('button', { name: 'Log variance' }).waitFor();
	await context.setOffline(true);
	await expect(syncBadge(page, 'Offline, work goes on')).toBeVisible();

	const sheet = await openSheet(page);
	await choose(sheet, 'Lost');
	await expect(sheet.getByText('it will be kept on this device')).toBeVisible();
	await sheet.getByLabel(/^Note/).fill('seen while offline');
	await expect(postButton(sheet)).toHaveText(`Save ${MINUS}1 lost`);
	await postButton(sheet).click();
	await expect(toast(page, `${MINUS}1 lost saved on this device`)).toBeVisible();
	await syncBadge(page, 'Offline · 1 waiting on this device').click();
	const waiting = page.getByRole('dialog', { name: 'On this device' });
	await expect(waiting.getByRole('listitem')).toContainText(product.title);
	await waiting.getByRole('button', { name: 'Close' }).click();
	expect(await api.variances(product.sku)).toEqual([]);

	await context.setOffline(false);
	await expect(toast(page, '1 entry from this device was sent')).toBeVisible();
	await expect(syncBadge(page, 'All saved')).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('5');
	await page.reload();
	await expect(quantity(page, 'On hand')).toHaveText('5');
	expect(await api.variances(product.sku)).toMatchObject([{ on_hand_change: -1, note: 'seen while offline' }]);
});

test('reloaded without a connection, nothing is lost', async ({ page, api, context }) => {
	const product = await api.product({ stock: 6 });
	await openProduct(page, product);
	await workerReady(page);
	await context.setOffline(true);
	const sheet = await openSheet(page);
	await choose(sheet, 'Damaged');
	await postButton(sheet).click();
	await expect(syncBadge(page, 'Offline · 1 waiting on this device')).toBeVisible();

	await page.reload();
	await expect(syncBadge(page, 'Offline · 1 waiting on this device')).toBeVisible();
	// What was seen last is still here, and says that it is old.
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
	await expect(page.getByText('No connection. Last seen')).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('6');
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
	await scan(page, product.barcode);
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();

	await context.setOffline(false);
	await expect(syncBadge(page, 'All saved')).toBeVisible();
	await expect(quantity(page, 'Available')).toHaveText('5');
	expect(await api.variances(product.sku)).toHaveLength(1);
});

test.describe('refused later', () => {
	test.use({ tolerated: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|status of 422/ });

	test('what the server refuses when it is sent stays here until somebody has seen it', async ({ page, api, context }) => {
		const product = await api.product({ stock: 2 });
		await openProduct(page, product);
		await context.setOffline(true);
		const sheet = await openSheet(page);
		await choose(sheet, 'Lost');
		await sheet.getByRole('textbox', { name: 'How many?' }).fill('2');
		await postButton(sheet).click();
		await expect(syncBadge(page, 'Offline · 1 waiting on this device')).toBeVisible();
		// Somebody else takes them meanwhile.
		await api.variance(product.sku, -2, 'stolen');

		await context.setOffline(false);
		await syncBadge(page, '1 needs you').click();
		const list = page.getByRole('dialog', { name: 'On this device' });
		await expect(list.getByRole('listitem')).toContainText('Not accepted');
		await list.getByRole('button', { name: 'Discard' }).click();
		await expect(list.getByText('Everything is saved')).toBeVisible();
		expect(await api.variances(product.sku)).toHaveLength(1);
	});
});

test('an answer that never came: sent again, counted once', async ({ page, api, context }) => {
	const product = await api.product({ stock: 6 });
	await openProduct(page, product);
	let lost = 0;
	// The server has done it, but the connection breaks before it can say so.
	await page.route('**/api/v1/variances', async (route) => {
		if (route.request().method() !== 'POST' || lost++) return route.continue();
		await route.fetch({ headers: { ...route.request().headers(), cookie: await cookies(context) } });
		await route.abort('failed');
	});
	const sheet = await openSheet(page);
	await choose(sheet, 'Lost');
	await postButton(sheet).click();
	await expect(toast(page, 'saved on this device')).toBeVisible();
	await expect(syncBadge(page, 'All saved')).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('5');
	expect(lost).toBeGreaterThan(1);
	expect(await api.variances(product.sku)).toHaveLength(1);
});

async function cookies(context: import('@playwright/test').BrowserContext): Promise<string> {
	return (await context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
}
