import { word } from './support/api';
import { quantity } from './support/app';
import { expect, test } from './support/test';

test('search as one types: by name, code, barcode and option', async ({ page, api }) => {
	const name = word();
	const product = await api.product({ title: `${name} Trail Shoe`, stock: 7, sizes: ['41', '42'] });
	await page.goto('/find');
	const field = page.getByLabel('Find a product');
	const results = page.getByRole('main').getByRole('link');

	await field.pressSequentially(name.slice(0, 5).toLowerCase(), { delay: 50 });
	await expect(results.filter({ hasText: product.title })).toBeVisible();
	await expect(page).toHaveURL(`/find?q=${name.slice(0, 5).toLowerCase()}`);

	await field.fill(`${name} 42`);
	await expect(results.filter({ hasText: product.skus[1]!.code })).toBeVisible();
	// Its own quantity, not that of all options together.
	await expect(results.filter({ hasText: product.title })).toContainText(/ 7\s*on hand\s*7 available/);

	await field.fill(product.code);
	await expect(results.filter({ hasText: product.title })).toHaveCount(1);

	await field.fill(product.skus[1]!.barcode);
	await expect(page).toHaveURL(`/find?q=${product.skus[1]!.barcode}`);
	// Until the answer is there, the rows are those of the text before.
	await results.filter({ hasText: product.skus[1]!.code }).click();
	await expect(page).toHaveURL(`/products/${product.id}?sku=${product.skus[1]!.id}`);
	await expect(quantity(page, 'On hand')).toHaveText('7');

	await page.goBack();
	await expect(field).toHaveValue(product.skus[1]!.barcode);
	await field.fill('nothing is called like this');
	await expect(page.getByText('Nothing matches “nothing is called like this”')).toBeVisible();
	await page.getByRole('button', { name: 'Clear' }).first().click();
	// What was looked at lately is one touch away.
	await expect(page.getByRole('link', { name: product.title })).toBeVisible();
});

test('options are chosen on the page, each with its own quantity', async ({ page, api, isPhone }) => {
	const product = await api.product({ stock: 4, sizes: ['S', 'M', 'L'] });
	await api.move('receipt', product.skus[2]!.id, 5);
	await page.goto(`/products/${product.id}`);
	if (isPhone) await expect(page.getByRole('button', { name: 'Choose size' })).toBeDisabled();
	// All of them together, as long as none is chosen.
	await expect(quantity(page, 'On hand')).toHaveText('17');
	await page.getByRole('button', { name: isPhone ? /^L/ : 'L', exact: !isPhone }).click();
	await expect(quantity(page, 'On hand')).toHaveText('9');
	await expect(page).toHaveURL(`/products/${product.id}?sku=${product.skus[2]!.id}`);
	await page.reload();
	await expect(quantity(page, 'On hand')).toHaveText('9');
});
