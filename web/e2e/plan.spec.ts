import { word } from './support/api';
import { toast } from './support/app';
import { counted } from './support/counts';
import { expect, test } from './support/test';

test('a file makes counts of its good rows, and names the bad one', async ({ page, api }) => {
	const name = `Shelf ${word()}`;
	const product = await api.product();
	const rows = ['count,sku or barcode,facility,area,start,due,kind', `${name},${product.barcode},S1,,,,directed`, `${name},no-such-code,S1,,,,directed`, ''];
	await page.goto('/counts/new');
	await page.getByRole('radio', { name: 'From a file' }).check({ force: true });
	await page.locator('input[type=file]').setInputFiles({ name: 'counts.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\r\n')) });
	await page.getByRole('button', { name: 'Check the file' }).click();
	await expect(page.getByRole('heading', { name: 'What it would make' })).toBeVisible();
	const refused = page.getByRole('list', { name: '1 row is refused' }).getByRole('listitem');
	await expect(refused).toContainText('Line 3');
	await expect(refused).toContainText('no-such-code');
	expect((await api.get<{ items: unknown[] }>(`/counts?q=${encodeURIComponent(name)}`)).items).toEqual([]);

	await page.getByRole('button', { name: 'Make 1 count from the good rows' }).click();
	await expect(page.getByRole('heading', { name: 'What it made' })).toBeVisible();
	await page.getByRole('link', { name: new RegExp(name) }).click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByText('of 1', { exact: true })).toBeVisible();
});

test('a schedule for some items, then for an area; kept as it was written, and deleted', async ({ page, api }) => {
	const name = `Round ${word()}`;
	const product = await api.product();
	await page.goto('/counts/schedules');
	await page.getByRole('button', { name: 'New schedule' }).first().click();
	const sheet = page.getByRole('dialog', { name: 'New schedule' });
	await sheet.getByLabel('Name', { exact: true }).fill(name);
	await sheet.getByRole('checkbox', { name: 'Thursday' }).check({ force: true });
	await sheet.getByRole('radio', { name: 'Items' }).check({ force: true });
	await sheet.getByLabel('Name, code or option').fill(product.title);
	await expect(sheet.getByText('1 item would be counted')).toBeVisible();
	await sheet.getByLabel('Made at').fill('05:45');
	await sheet.getByRole('button', { name: 'Add schedule' }).click();
	const row = page.getByRole('button', { name: new RegExp(name) });
	await expect(row).toContainText('Every Mon, Thu: chosen items · 05:45');

	await row.click();
	const edit = page.getByRole('dialog', { name: 'Edit schedule' });
	await expect(edit.getByLabel('Name, code or option')).toHaveValue(product.title);
	await edit.getByRole('radio', { name: 'An area' }).check({ force: true });
	await edit.getByRole('button', { name: 'Save' }).click();
	await expect(edit.getByText('Say which area.')).toBeVisible();
	await edit.getByLabel('Area', { exact: true }).fill('Stockroom');
	await edit.getByRole('button', { name: 'Save' }).click();
	await expect(row).toContainText('Every Mon, Thu: Stockroom · 05:45');
	const { items } = await api.get<{ items: { name: string; rule: object }[] }>(`/count-schedules?facility_id=${await api.facility()}&limit=200`);
	expect(items.find((s) => s.name === name)?.rule).toMatchObject({ kind: 'weekly', weekdays: [1, 4], area: 'Stockroom', filter: null });

	await row.click();
	await edit.getByRole('button', { name: 'Delete schedule' }).click();
	await expect(toast(page, `${name} deleted`)).toBeVisible();
	await expect(row).toHaveCount(0);
});

test('whoever is asked to count is found by name, and stands on the count', async ({ page }) => {
	const name = `Desk ${word()}`;
	await page.goto('/counts/new');
	await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
	const who = page.getByRole('group', { name: 'Who counts?' });
	// Whoever may not count here isn't offered.
	await expect(who.getByText('Elif Kaya')).toHaveCount(0);
	const search = who.getByRole('searchbox', { name: 'Find a person' });
	if (await search.isVisible()) await search.fill('maya');
	await who.getByRole('checkbox', { name: 'Maya Lindner' }).check({ force: true });
	await page.getByRole('button', { name: 'Make, open later' }).click();
	await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
	await expect(page.getByText('Counted by').locator('..')).toContainText('Maya Lindner');
});

test('the count sheet on paper: the lines, where to sign, and nothing to press', async ({ page, api }) => {
	const name = word();
	const product = await api.product({ title: `${name} Alpha`, stock: 2 });
	const id = await counted(api, { name, seen: [{ product, units: 2 }] });
	await api.post(`/counts/${id}/close`, {});
	// As wide as a sheet of paper.
	await page.setViewportSize({ width: 720, height: 1000 });
	await page.goto(`/counts/${id}/result`);
	await expect(page.getByText('How right the record was')).toBeVisible();
	await page.getByRole('radio', { name: 'All lines' }).check({ force: true });
	await expect(page.getByText(product.title).first()).toBeVisible();
	await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
	await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
	await expect(page.getByRole('table').filter({ hasText: product.title })).toBeVisible();
	await expect(page.getByText('Date, signature').filter({ visible: true })).toHaveCount(2);
	await expect(page.getByRole('button').or(page.getByRole('navigation')).filter({ visible: true })).toHaveCount(0);
	// Paper is white, whoever prints.
	expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(255, 255, 255)');
});

test.describe('head office', () => {
	test.use({ person: 'admin' });

	test('a group of stores gets a policy of its own; what contradicts itself isn’t sent', async ({ page }) => {
		await page.goto('/settings/counting');
		// A group in which no other test counts.
		await page.getByLabel('For', { exact: true }).selectOption('west');
		await page.getByLabel('Any reviewer, up to').fill('400');
		await page.getByLabel('A higher role, up to').fill('300');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(page.getByText('It must not be below the amount for any reviewer.')).toBeVisible();
		await page.getByLabel('A higher role, up to').fill('4000');
		await page.getByLabel('Units, from').fill('7');
		await page.getByLabel('The list is due within hours').fill('0');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(page.getByText('Enter a whole number from 1 to 672.')).toBeVisible();
		await page.getByLabel('The list is due within hours').fill('8');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, 'Policy saved')).toBeVisible();
		await page.reload();
		await page.getByLabel('For', { exact: true }).selectOption('west');
		await expect(page.getByLabel('Any reviewer, up to')).toHaveValue('400.00');
		await expect(page.getByLabel('Units, from')).toHaveValue('7');
		await expect(page.getByLabel('The list is due within hours')).toHaveValue('8');
		await page.getByLabel('For', { exact: true }).selectOption('All facilities');
		await expect(page.getByText('As shipped')).toBeVisible();
	});
});
