import { digits, word } from './support/api';
import { quantity, scan, toast } from './support/app';
import { expect, test } from './support/test';

test.use({ person: 'controller' });

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Barcode';
const file = (name: string, rows: string[]) => ({ name, mimeType: 'text/csv', buffer: Buffer.from([HEAD, ...rows, ''].join('\r\n')) });

test('a file is checked first, then imported, and its product is found', async ({ page, api }) => {
	const title = `${word()} Kettle`;
	const [red, blue] = [`2${digits(12)}`, `2${digits(12)}`];
	const handle = title.toLowerCase().replace(' ', '-');
	const rows = [`${handle},${title},Acme,Colour,Red,K-${digits(6)},shopify,4,30.00,'${red}`, `${handle},,,,Blue,K-${digits(6)},shopify,2,30.00,${blue}`];
	await page.goto('/settings/import');
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByText('Choose a file first.')).toBeVisible();

	await page.getByLabel('Facility', { exact: true }).selectOption('Main Street');
	await page.locator('input[type=file]').setInputFiles(file('kettles.csv', rows));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByRole('heading', { name: 'What it would do' })).toBeVisible();
	await expect(page.getByRole('main')).toContainText(/6 units/);
	expect((await api.get<{ items: unknown[] }>(`/products?q=${encodeURIComponent(title)}`)).items).toEqual([]);

	await page.getByRole('button', { name: 'Import', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'What it did' })).toBeVisible();
	await expect(toast(page, 'kettles.csv imported')).toBeVisible();
	await scan(page, blue);
	await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('2');

	// The same file again changes nothing, and says so before anything is pressed.
	await page.goto('/settings/import');
	await page.getByLabel('Facility', { exact: true }).selectOption('Main Street');
	await page.locator('input[type=file]').setInputFiles(file('kettles.csv', rows));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByText('This file changes nothing.')).toBeVisible();
});

test('a bad row is named with its line and what to do; the good ones go', async ({ page, api }) => {
	const title = `${word()} Lamp`;
	const rows = [
		`${title.toLowerCase().replace(' ', '-')},${title},Acme,,,L-${digits(6)},shopify,3,19.90,2${digits(12)}`,
		`bad-${digits(6)},Bad Lamp,Acme,,,L-${digits(6)},shopify,many,19.90,2${digits(12)}`
	];
	await page.goto('/settings/import');
	await page.getByLabel('Facility', { exact: true }).selectOption('Main Street');
	await page.locator('input[type=file]').setInputFiles(file('lamps.csv', rows));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByText('1 row is refused').first()).toBeVisible();
	const refused = page.getByRole('row').or(page.getByRole('listitem')).filter({ hasText: 'many' });
	await expect(refused).toContainText('3');
	await expect(refused).toContainText('Variant Inventory Qty');
	await page.getByRole('button', { name: 'Import the good rows' }).click();
	await expect(page.getByRole('heading', { name: 'What it did' })).toBeVisible();
	expect((await api.get<{ items: unknown[] }>(`/products?q=${encodeURIComponent(title)}`)).items).toHaveLength(1);
});

test.describe('no CSV', () => {
	test.use({ tolerated: /status of 422/ });

	test('a picture that calls itself a CSV is refused, and says why @phone', async ({ page }) => {
		await page.goto('/settings/import');
		const buffer = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
		await page.locator('input[type=file]').setInputFiles({ name: 'products.csv', mimeType: 'text/csv', buffer });
		await page.getByRole('button', { name: 'Check the file' }).click();
		await expect(page.getByRole('alert').filter({ visible: true }).first()).toContainText(/picture|PNG|CSV/i);
	});
});
