import type { Locator, Page } from '@playwright/test';
import type { Product } from './support/api';
import { choose, history, MINUS, openProduct, openSheet, postButton, quantity, toast } from './support/app';
import { expect, test } from './support/test';

test.use({ person: 'associate' });

async function report(page: Page, product: Product, reason: string, note: string): Promise<void> {
	await openProduct(page, product);
	const sheet = await openSheet(page, 'Report variance');
	await choose(sheet, reason);
	await expect(sheet.getByText('A manager has to approve it')).toBeVisible();
	await sheet.getByLabel(/^Note/).fill(note);
	await postButton(sheet).click();
	await expect(toast(page, 'sent for approval')).toBeVisible();
	await expect(sheet).toBeHidden();
}

const requestOf = (page: Page, product: Product): Locator => page.getByRole('article').filter({ hasText: product.title });

test('an associate reports, the manager sees it at once and approves, the stock moves', async ({ page, api, openAs }) => {
	const product = await api.product({ stock: 9 });
	const manager = await openAs('manager');
	await manager.goto('/requests');
	await expect(manager.getByRole('heading', { level: 1, name: 'Requests' })).toBeVisible();

	await report(page, product, 'Lost', 'looked twice, not there');
	await expect(quantity(page, 'On hand')).toHaveText('9');
	expect(await api.variances(product.sku)).toEqual([]);

	const request = requestOf(manager, product);
	await expect(request).toContainText('Maya Lindner');
	await expect(request).toContainText('looked twice, not there');
	await expect(request.locator('.level').first()).toContainText('8');
	await request.getByRole('button', { name: `Approve ${MINUS}1` }).click();
	await expect(request).toBeHidden();
	await expect(toast(manager, `${MINUS}1 lost approved`)).toContainText('On hand 9 → 8');

	// The reporter's own screen follows.
	await expect(quantity(page, 'On hand')).toHaveText('8');
	await expect(history(page).first()).toContainText('Maya Lindner, approved by Jonas Weber');
	const [movement] = await api.variances(product.sku);
	expect(movement).toMatchObject({ on_hand_change: -1, reason: 'lost' });

	await manager.goto('/requests?tab=approved');
	await expect(requestOf(manager, product)).toContainText('Approved by Jonas Weber');
});

test('declined with a note: the stock stays as it is @phone', async ({ page, api, openAs }) => {
	const product = await api.product({ stock: 4 });
	await report(page, product, 'Stolen', 'empty hanger');
	const manager = await openAs('manager');
	await manager.goto('/requests');
	const request = requestOf(manager, product);
	await request.getByRole('button', { name: 'Decline with a note' }).click();
	const sheet = manager.getByRole('dialog', { name: 'Decline with a note' });
	await sheet.getByLabel('What should Maya Lindner know?').fill('It is in the window.');
	await sheet.getByRole('button', { name: 'Decline' }).click();
	await expect(request).toBeHidden();
	await expect(toast(manager, 'declined')).toBeVisible();
	expect(await api.variances(product.sku)).toEqual([]);
	expect(await api.level(product.sku)).toMatchObject({ on_hand: 4, available: 4 });

	await page.goto('/requests?tab=declined');
	await expect(requestOf(page, product)).toContainText('It is in the window.');
});

test('nobody decides what they reported, and an associate decides nothing @phone', async ({ page, api }) => {
	const product = await api.product();
	await report(page, product, 'Lost', 'gone');
	await page.goto('/requests');
	const request = requestOf(page, product);
	await expect(request).toBeVisible();
	await expect(request.getByRole('button', { name: /Approve|Decline/ })).toHaveCount(0);
	await expect(request).toContainText(/You reported it yourself|Your role doesn’t decide/);
});

test('above the limit in units: it waits for somebody with a higher one @phone', async ({ api, openAs }) => {
	const product = await api.product({ stock: 80, cost: '1.00' });
	const manager = await openAs('manager');
	await openProduct(manager, product);
	const sheet = await openSheet(manager);
	await choose(sheet, 'Lost');
	await sheet.getByRole('textbox', { name: 'How many?' }).fill('60');
	await expect(sheet.getByText('above your limit in units')).toBeVisible();
	await expect(postButton(sheet)).toHaveText(`Send for approval: ${MINUS}60 lost`);
	await postButton(sheet).click();
	await expect(toast(manager, 'sent for approval')).toBeVisible();
	await manager.goto('/requests');
	await expect(requestOf(manager, product)).toContainText('You reported it yourself');

	const controller = await openAs('controller');
	await controller.goto('/requests?facility=all');
	const request = requestOf(controller, product);
	await request.getByRole('button', { name: `Approve ${MINUS}60` }).click();
	await expect(request).toBeHidden();
	expect(await api.level(product.sku)).toMatchObject({ on_hand: 20 });
});
