import type { Locator, Page } from '@playwright/test';
import { word, type Product } from './support/api';
import { history, MINUS, openProduct, quantity, toast, workerReady } from './support/app';
import { begin, finish, make, scans, units } from './support/counting-screen';
import { expect, test } from './support/test';

// Whoever counts blind is shown nothing of the stock, and the browser names every answer that says so.
test.use({ tolerated: /status of 403|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/ });

const PHONE = { width: 390, height: 844 };

/** Whoever has counted before counts again at once. */
async function recount(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await page.getByRole('main').getByRole('link', { name: 'Recount' }).first().click();
	await expect(page.getByTestId('units')).toHaveText('0');
	await expect(page).toHaveURL(`${path}/count`);
}

const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name });

// The counters hold phones, the manager sits at a desk.
test('two devices count, one offline for half of it; reviewed, recounted, closed, undone @desktop', async ({ page: manager, api, openAs }) => {
	test.setTimeout(240_000);
	const shelf = word();
	const [right, missing, miscounted] = [
		await api.product({ title: `${shelf} Alpha`, stock: 6 }),
		await api.product({ title: `${shelf} Beta`, stock: 5 }),
		await api.product({ title: `${shelf} Gamma`, stock: 5 })
	] as [Product, Product, Product];
	const path = await make(manager, `Shelf ${shelf}`, shelf);

	const maya = await openAs('associate');
	await maya.setViewportSize(PHONE);
	await begin(maya, path);
	await scans(maya, right, 0, 3);
	await scans(maya, missing, 3, 3);
	await finish(maya);

	const rory = await openAs('lead');
	await rory.setViewportSize(PHONE);
	await begin(rory, path);
	await workerReady(rory);
	await scans(rory, right, 0, 1);
	await expect(rory.getByTestId('safe')).toHaveText('1 safe');
	await rory.context().setOffline(true);
	await scans(rory, right, 1, 2);
	await rory.reload();
	await units(rory, 3);
	await scans(rory, miscounted, 3, 4);
	await expect(rory.getByTestId('safe')).toHaveText(/^1 safe · 6 waiting/);
	// The manager sees who counts, and that somebody isn't done.
	await expect(manager.getByText('1 person still counts.')).toBeVisible();
	await rory.context().setOffline(false);
	await expect(rory.getByTestId('safe')).toHaveText('7 safe');
	await finish(rory);

	await manager.getByRole('button', { name: 'Submit for review' }).click();
	await expect(manager).toHaveURL(`${path}/review`);
	await manager.getByLabel('Find a line').fill(shelf);
	await expect(manager).toHaveURL(`${path}/review?q=${shelf}`);
	// Exactly right: the policy needs nobody for that.
	await expect(row(manager, 'Alpha')).toContainText('Accepted');
	await expect(row(manager, 'Beta')).toContainText(`${MINUS}2`);
	await expect(row(manager, 'Gamma')).toContainText(`${MINUS}1`);

	await expect(row(manager, 'Beta')).toContainText('Maya Lindner');
	await row(manager, 'Beta').click();
	await expect(manager.getByRole('complementary', { name: 'What happened' })).toContainText(`${shelf} Beta`);
	await manager.keyboard.press('a');
	await expect(row(manager, 'Beta')).toContainText('Accepted');
	await row(manager, 'Gamma').click();
	await manager.keyboard.press('r');
	await expect(row(manager, 'Gamma')).toContainText('To recount');

	await manager.getByRole('button', { name: 'Close count' }).click();
	await expect(manager.getByRole('dialog')).toContainText('1 line waits for its recount.');
	await manager.keyboard.press('Escape');
	expect(await api.level(missing.sku)).toMatchObject({ on_hand: 5 });

	// By somebody else than whoever counted it.
	await recount(maya, path);
	await scans(maya, miscounted, 0, 5);
	await finish(maya);
	await expect(row(manager, 'Gamma')).toContainText(/As recorded|Accepted/);

	await manager.getByRole('button', { name: 'Close count' }).click();
	const sheet = manager.getByRole('dialog');
	await expect(sheet).toContainText(/Closing settles \d accepted lines? at Main Street/);
	await sheet.getByRole('button', { name: 'Close and post' }).click();
	await expect(manager).toHaveURL(`${path}/result`);
	await expect(row(manager, 'Beta')).toContainText(`${MINUS}2`);
	expect(await api.level(right.sku)).toMatchObject({ on_hand: 6 });
	expect(await api.level(missing.sku)).toMatchObject({ on_hand: 3 });
	expect(await api.level(miscounted.sku)).toMatchObject({ on_hand: 5 });

	await openProduct(manager, missing);
	await expect(quantity(manager, 'On hand')).toHaveText('3');
	await expect(history(manager).first()).toContainText('Counted');

	await manager.goto(`${path}/result`);
	await row(manager, 'Beta').getByRole('button', { name: /^Undo/ }).click();
	await manager.getByLabel('Note').fill('the box stood behind the door');
	await manager.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).click();
	await expect(toast(manager, '1 line undone')).toBeVisible();
	await expect(row(manager, 'Beta')).toContainText('Undone');
	expect(await api.level(missing.sku)).toMatchObject({ on_hand: 5 });
});

test('a list is planned with filters, edited, and cancelled with a reason', async ({ page, api }) => {
	const shelf = word();
	await api.product({ title: `${shelf} Alpha` });
	await api.product({ title: `${shelf} Beta` });
	await page.goto('/counts/new');
	await page.getByLabel('Name, code or option').fill(shelf);
	await expect(page.getByText('2 items would be counted')).toBeVisible();
	await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`Plan ${shelf}`);
	await page.getByRole('button', { name: 'Make, open later' }).click();
	await expect(page.getByRole('heading', { level: 1, name: `Plan ${shelf}` })).toBeVisible();
	await expect(page.getByText('Draft', { exact: true })).toBeVisible();
	await expect(page.getByText('of 2', { exact: true })).toBeVisible();

	await page.getByRole('button', { name: 'Edit' }).click();
	const sheet = page.getByRole('dialog', { name: 'Edit count' });
	await sheet.getByLabel('Note for the counters').fill('behind the till, too');
	await sheet.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('“behind the till, too”')).toBeVisible();

	await page.getByRole('button', { name: 'Open for counting' }).click();
	await expect(page.getByText('Counting', { exact: true })).toBeVisible();
	await page.goto(`/counts?q=${shelf}`);
	await expect(page.getByRole('link', { name: new RegExp(`Plan ${shelf}`) })).toBeVisible();
	await page.getByRole('link', { name: new RegExp(`Plan ${shelf}`) }).click();

	await page.getByRole('button', { name: 'Cancel count' }).click();
	const ask = page.getByRole('dialog', { name: 'Cancel this count' });
	await ask.getByLabel('Why? (optional)').fill('the shelf moved');
	await ask.getByRole('button', { name: 'Cancel count' }).click();
	await expect(page.getByText('It was cancelled. Nothing was changed.')).toBeVisible();
	await expect(page.getByRole('button', { name: /Open|Edit/ })).toHaveCount(0);
	await page.goto(`/counts?q=${shelf}&show=cancelled`);
	await expect(page.getByRole('link', { name: new RegExp(`Plan ${shelf}`) })).toBeVisible();
});

test('one item is counted from its product page @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 4 });
	await openProduct(page, product);
	await page.getByRole('button', { name: 'Count this item now' }).click();
	await expect(page).toHaveURL(/\/counts\/[^/]+\/count$/);
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Start counting' })).toBeVisible();
});

test.describe('an associate', () => {
	test.use({ person: 'associate' });

	test('makes no counts and writes no schedules @phone', async ({ page }) => {
		await page.goto('/counts');
		await expect(page.getByRole('heading', { level: 1, name: 'Counts' })).toBeVisible();
		await expect(page.getByRole('link', { name: /New count|Schedules/ })).toHaveCount(0);
		await page.goto('/counts/new');
		await expect(page.getByText('This isn’t yours to change')).toBeVisible();
	});
});
