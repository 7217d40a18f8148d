import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { MINUS } from './support/app';
import { expect, test } from './support/test';

/** On the phone the filters are in a sheet of their own. */
async function filter(page: Page, isPhone: boolean, label: string, value: string): Promise<void> {
	if (isPhone) await page.getByRole('button', { name: /^Filters/ }).click();
	await page.getByLabel(label, { exact: true }).selectOption(value);
	if (isPhone) await page.getByRole('dialog').getByRole('button', { name: /^(Show|Nothing)/ }).click();
}

test('filters stand in the address, and the list and the totals follow', async ({ page, api, isPhone }) => {
	const lost = await api.product({ stock: 9 });
	const found = await api.product({ stock: 9 });
	await api.variance(lost.sku, -2, 'expired', 'best before is over');
	await api.variance(found.sku, 1, 'received_by_mistake', 'parcel was meant for Old Town');
	await page.goto('/variances');
	const list = page.getByRole('region', { name: 'Variances, newest first' });
	await expect(list.getByText(lost.title)).toBeVisible();
	await expect(list.getByText(found.title)).toBeVisible();

	await filter(page, isPhone, 'Reason', 'Expired');
	await expect(page).toHaveURL('/variances?reason=expired');
	await expect(list.getByText(found.title)).toBeHidden();
	await expect(list.getByText(lost.title)).toBeVisible();

	await filter(page, isPhone, 'Direction', 'Gains only');
	await expect(page).toHaveURL('/variances?reason=expired&direction=gain');
	await expect(list.getByText('No variances here')).toBeVisible();

	// The address alone leads to the same list.
	await page.goto('/variances?reason=received_by_mistake&period=1');
	await expect(list.getByText(found.title)).toBeVisible();
	await expect(list.getByText(lost.title)).toBeHidden();
});

// The table by reason has all its columns on the desktop only.
test('totals by reason are those of the list @desktop', async ({ page, api }) => {
	const product = await api.product({ stock: 9, cost: '12.50' });
	const reason = `e2e_${product.code.toLowerCase().replaceAll('-', '_')}`;
	const admin = api.asAdmin();
	await admin.post('/reasons', {
		code: reason,
		label: product.title,
		direction: 'loss',
		effect: { kind: 'external', place: 'shrink' },
		gl_account: '5210',
		note_required: false,
		selectable: false
	});
	await admin.call('PATCH', `/reasons/${reason}`, { selectable: true });
	await api.variance(product.sku, -2, reason);
	await api.variance(product.sku, -1, reason);
	await admin.call('PATCH', `/reasons/${reason}`, { selectable: false });
	await page.goto(`/variances?reason=${reason}`);
	const row = page.getByRole('table', { name: 'By reason' }).getByRole('row').nth(1);
	await expect(row).toContainText('37.50');
	await expect(row.getByRole('cell').last()).toHaveText('2');
	await page.getByRole('radio', { name: 'Units' }).check({ force: true });
	await expect(row).toContainText(`${MINUS}3`);
});

test('export as CSV and as Excel, safe against formulas', async ({ page, api, isPhone }) => {
	const product = await api.product({ stock: 9 });
	await api.variance(product.sku, -1, 'sample', '=HYPERLINK("https://example.com")');
	await page.goto('/variances?reason=sample');
	await expect(page.getByText(product.title)).toBeVisible();
	const save = async (name: string) => {
		if (isPhone) await page.getByRole('button', { name: /^Filters/ }).click();
		const download = page.waitForEvent('download');
		await page.getByRole('link', { name }).click();
		const file = await download;
		if (isPhone) await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
		return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
	};
	const csv = await save('Export CSV');
	expect(csv.name).toMatch(/\.csv$/);
	const line = csv.bytes.toString().split(/\r?\n/).find((l) => l.includes(product.code));
	expect(line).toContain(product.title);
	expect(line).toContain('HYPERLINK');
	expect(line).not.toMatch(/(^|,)"?=/);

	const xlsx = await save('Export Excel');
	expect(xlsx.name).toMatch(/\.xlsx$/);
	expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');
});

test('a new variance appears in the open list @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 9 });
	await page.goto('/variances');
	await expect(page.getByRole('heading', { level: 1, name: 'Variances' })).toBeVisible();
	await api.variance(product.sku, -1, 'display');
	await expect(page.getByText(product.title)).toBeVisible();
});
