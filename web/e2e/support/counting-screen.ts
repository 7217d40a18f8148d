import type { Page } from '@playwright/test';
import type { Product } from './api';
import { scan } from './app';
import { expect } from './test';

/** Makes an area count on the screen and opens it. Returns its address. Not a blind one, where
 * nothing else is said: whoever counts blind sees no stock, in the other tests neither. */
export async function make(page: Page, name: string, area: string, { blind = false } = {}): Promise<string> {
	await page.goto('/counts/new');
	await page.getByRole('radio', { name: 'Area' }).check({ force: true });
	await page.getByLabel('Area', { exact: true }).last().fill(area);
	await page.getByRole('textbox', { name: 'Name' }).fill(name);
	if (!blind) await page.getByRole('switch', { name: 'Blind count' }).uncheck({ force: true });
	await page.getByRole('button', { name: 'Make and open' }).click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByText('Counting', { exact: true }).first()).toBeVisible();
	return new URL(page.url()).pathname;
}

/** Begins a session on the counting screen; the items are on the device when this returns. */
export async function begin(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await page.getByRole('main').getByRole('link', { name: /^Count$/ }).first().click();
	const ready = page.getByText(/(is|are) on this device$/);
	// Whoever has counted here before begins anew.
	const another = page.getByRole('button', { name: 'Count another area' });
	await expect(ready.or(another)).toBeVisible();
	if (await another.isVisible()) await another.click();
	await expect(ready).toBeVisible();
	await page.getByRole('button', { name: 'Start counting' }).click();
	await expect(page.getByTestId('units')).toHaveText('0');
}

export const units = (page: Page, n: number) => expect(page.getByTestId('units')).toHaveText(String(n));

/** One scan after the other, each counted before the next. */
export async function scans(page: Page, product: Product, from: number, times: number): Promise<void> {
	for (let i = 1; i <= times; i++) {
		await scan(page, product.barcode);
		await units(page, from + i);
	}
}

export async function finish(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Finish' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Submit my count' }).click();
	await expect(page.getByText('Submitted', { exact: true })).toBeVisible();
}
