import { digits } from './support/api';
import { openProduct, openSheet, postButton, quantity, scan } from './support/app';
import { expect, test } from './support/test';

test('a scan on any page opens the product, the focus wherever it is', async ({ page, api }) => {
	const product = await api.product({ stock: 7, sizes: ['9', '10'] });
	const second = product.skus[1]!;
	await page.goto('/requests');
	await expect(page.getByRole('heading', { level: 1, name: 'Requests' })).toBeVisible();
	await scan(page, product.barcode);
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText('7');
	await expect(page).toHaveURL(product.path);

	// In a field that takes letters, the scan doesn't stay behind as text.
	await page.goto('/find');
	const field = page.getByLabel('Find a product');
	await field.fill('');
	await field.focus();
	await scan(page, second.barcode);
	await expect(page).toHaveURL(`/products/${product.id}?sku=${second.id}`);
	await page.goBack();
	await expect(field).toHaveValue('');
});

test('a scan while a variance is begun leads to the other product, and nothing is posted @phone', async ({ page, api }) => {
	const first = await api.product();
	const second = await api.product();
	await openProduct(page, first);
	const sheet = await openSheet(page);
	await expect(postButton(sheet)).toBeDisabled();
	await scan(page, second.barcode);
	await expect(page.getByRole('heading', { level: 1, name: second.title })).toBeVisible();
	await expect(sheet).toBeHidden();
	expect(await api.variances(first.sku)).toEqual([]);
});

test('a code that fits several SKUs asks which one', async ({ page, api }) => {
	const barcode = `2${digits(12)}`;
	const first = await api.product({ barcode });
	const second = await api.product({ barcode });
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
	await scan(page, barcode);
	const sheet = page.getByRole('dialog', { name: 'Which one is it?' });
	await expect(sheet.getByRole('link')).toHaveCount(2);
	await expect(sheet.getByRole('link', { name: first.title })).toBeVisible();
	await sheet.getByRole('link', { name: second.title }).click();
	await expect(page.getByRole('heading', { level: 1, name: second.title })).toBeVisible();
	await expect(sheet).toBeHidden();
});

test.describe('unknown', () => {
	test.use({ tolerated: /status of 404/ });

	test('a code that nothing has is said, with a way on @phone', async ({ page }) => {
		const code = `2${digits(12)}`;
		await page.goto('/');
		await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
		await scan(page, code);
		const sheet = page.getByRole('dialog', { name: 'Nothing has this code' });
		await expect(sheet).toContainText(code);
		await sheet.getByRole('button', { name: 'Search by name' }).click();
		await expect(page).toHaveURL('/find');
		await expect(sheet).toBeHidden();
	});
});

// The command box belongs to the desktop.
test('typing by hand is no scan @desktop', async ({ page, api }) => {
	const product = await api.product();
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
	await page.keyboard.press('/');
	await page.getByRole('combobox').pressSequentially(product.title.slice(0, 6), { delay: 60 });
	await expect(page.getByRole('option', { name: product.title })).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
});
