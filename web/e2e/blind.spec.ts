import { word } from './support/api';
import { begin, make, scans, units } from './support/counting-screen';
import { expect, test } from './support/test';

// After all others: whoever counts blind sees no stock, and the tests share their people.
// The browser names every answer that says so.
test.use({ person: 'associate', tolerated: /status of 403/ });

test('sees who counts, and no number that the record has', async ({ page, api, openAs }) => {
	const shelf = word();
	const product = await api.product({ title: `${shelf} Alpha`, stock: 3_947 });
	// With a comma, so that no barcode or time of day can hold it by chance.
	const stock = /3,947/;
	const manager = await openAs('manager');
	await manager.goto(product.path);
	await expect(manager.getByText(stock).first()).toBeVisible();
	const path = await make(manager, `Shelf ${shelf}`, shelf, { blind: true });
	await begin(page, path);
	await scans(page, product, 0, 2);
	await expect(page.getByTestId('safe')).toHaveText('2 safe');
	// The other pages say why they hide what they hide, and lead back.
	await page.goto('/');
	await expect(page.getByText('You’re counting blind here')).toBeVisible();
	await page.goto(product.path);
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
	await expect(page.getByText('You’re counting blind here')).toBeVisible();
	await expect(page.getByText(stock)).toHaveCount(0);
	await expect(page.getByRole('alert')).toHaveCount(0);
	await page.getByRole('main').getByRole('link', { name: /^Go on with/ }).click();
	await units(page, 2);
	await page.goto(path);
	await expect(page.getByText('Maya Lindner').filter({ visible: true }).first()).toBeVisible();
	await page.goto(`${path}/review?q=${shelf}`);
	await expect(page.getByText(product.title)).toBeVisible();
	await expect(page.getByText(stock)).toHaveCount(0);
	await expect(page.getByRole('columnheader', { name: 'Record' })).toHaveCount(0);
	await expect(page.getByRole('button', { name: /Accept|Reject|Close count/ })).toHaveCount(0);
});
