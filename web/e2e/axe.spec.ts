import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { digits, word } from './support/api';
import { choose, openProduct, openSheet, scan } from './support/app';
import { counted } from './support/counts';
import { expect, test } from './support/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

// Colours on their way from one to the other are neither.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** Phones are narrower than any desktop. */
const onPhone = (page: Page) => (page.viewportSize()?.width ?? 0) < 1024;

/**
 * Looks at what is on the screen now, light and dark. The desktop takes its colours from the same place as the phone: it is
 * looked at in the dark where it has parts of its own.
 */
async function look(page: Page, { dark = onPhone(page) } = {}): Promise<void> {
	for (const colorScheme of dark ? (['light', 'dark'] as const) : (['light'] as const)) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await settled(page);
		const axe = new AxeBuilder({ page });
		// Nothing but the colours changes with the theme.
		const { violations } = await (colorScheme === 'light' ? axe.withTags(TAGS) : axe.withRules('color-contrast')).analyze();
		const found = violations.map((v) => `${v.id} (${colorScheme}): ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join('\n')}`);
		expect(found, `${page.url()} in ${colorScheme}`).toEqual([]);
	}
}

/** Until nothing moves any more: what changes takes a frame to begin, and a colour that is inherited begins when its parent's has ended. */
const settled = (page: Page) =>
	page.evaluate(async () => {
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		for (let turn = 0; turn < 20; turn++) {
			await frame();
			await frame();
			const moving = document.getAnimations();
			if (turn > 0 && !moving.length) return;
			await Promise.allSettled(moving.map((animation) => animation.finished));
		}
	});

const heading = (page: Page, name: string) => expect(page.getByRole('heading', { level: 1, name })).toBeAttached();

test.describe('signed out', () => {
	test.use({ person: null, tolerated: /status of 401/ });

	test('sign-in @phone', async ({ page }) => {
		await page.goto('/');
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(page.getByRole('alert')).not.toBeEmpty();
		await look(page);
	});
});

test('Home, and a request and a record below zero on it', async ({ page, api }) => {
	const product = await api.product({ stock: 1 });
	await api.move('sale', product.sku, 3);
	const reported = await api.product({ stock: 2 });
	await api.variance(reported.sku, -1, 'damaged', 'sole torn');
	await page.goto('/');
	await expect(page.getByText(reported.title).first()).toBeVisible();
	await look(page, { dark: true });
});

test('Find, empty and with results', async ({ page, api }) => {
	const product = await api.product();
	await page.goto('/find');
	await heading(page, 'Find');
	await look(page);
	await page.getByLabel('Find a product').fill(product.title.slice(0, 6));
	await expect(page.getByRole('link', { name: product.title })).toBeVisible();
	await look(page);
});

test('the product page with its history, and the sheet with an order at risk', async ({ page, api, isPhone }) => {
	const product = await api.product({ stock: 4, sizes: ['S', 'M'], elsewhere: { S2: 3 } });
	await api.order(product.sku, 4);
	await api.variance(product.sku, -1, 'damaged', 'sole torn');
	await openProduct(page, product);
	await expect(page.getByText('sole torn')).toBeVisible();
	await look(page, { dark: true });
	// A sheet is the same on both.
	if (!isPhone) return;
	await page.getByRole('button', { name: /^Photos of .* Damaged$/ }).click();
	await expect(page.getByText('A photo tells whoever looks later what you saw.')).toBeVisible();
	await look(page);
	await page.keyboard.press('Escape');
	const sheet = await openSheet(page);
	await choose(sheet, 'Damaged');
	await expect(sheet.getByText('can’t be filled from here')).toBeVisible();
	await look(page);
	await choose(sheet, 'Data correction');
	await sheet.getByRole('button', { name: /^Post/ }).click();
	await expect(sheet.getByText('Say in a few words what happened.')).toBeVisible();
	await look(page);
});

test('what a scan may ask @phone', async ({ page, api }) => {
	const barcode = `2${digits(12)}`;
	await api.product({ barcode });
	await api.product({ barcode });
	await page.goto('/');
	await heading(page, 'Main Street');
	await scan(page, barcode);
	await expect(page.getByRole('dialog', { name: 'Which one is it?' })).toBeVisible();
	await look(page);
});

test.describe('unknown code', () => {
	test.use({ tolerated: /status of 404/ });

	test('a scan that nothing has @phone', async ({ page }) => {
		await page.goto('/');
		await heading(page, 'Main Street');
		await scan(page, `2${digits(12)}`);
		await expect(page.getByRole('dialog', { name: 'Nothing has this code' })).toBeVisible();
		await look(page);
	});
});

test('requests, and the sheet for a note', async ({ page, api }) => {
	const product = await api.product({ stock: 1500, cost: '1.00' });
	// Above the limit of whoever asks: somebody else has to decide.
	await api.post('/variances', { id: randomUUID(), facility_id: await api.facility(), sku_id: product.sku, quantity: -1200, reason: 'lost' });
	await page.goto('/requests');
	await expect(page.getByRole('article').filter({ hasText: product.title })).toBeVisible();
	await look(page);
	for (const tab of ['approved', 'declined']) {
		await page.goto(`/requests?tab=${tab}`);
		await heading(page, 'Requests');
		await look(page);
	}
});

test('variances and their filters', async ({ page, api, isPhone }) => {
	const product = await api.product();
	await api.variance(product.sku, -1, 'damaged', 'heel loose');
	await page.goto('/variances');
	await expect(page.getByText(product.title)).toBeVisible();
	await look(page, { dark: true });
	if (!isPhone) return;
	await page.getByRole('button', { name: /^Filters/ }).click();
	await expect(page.getByRole('dialog', { name: 'Filters' })).toBeVisible();
	await look(page);
});

test('counts: the list, a new one, one under way and its sheets', async ({ page, api, isPhone }) => {
	const product = await api.product({ stock: 5 });
	const id = await counted(api, { name: word(), seen: [{ product, units: 4 }], until: 'open' });
	await page.goto('/counts');
	await expect(page.locator(`a[href="/counts/${id}"]`)).toBeVisible();
	await look(page);
	await page.goto('/counts/new');
	await expect(page.getByText(/items? would be counted/)).toBeVisible();
	await look(page);
	await page.getByRole('radio', { name: 'From a file' }).check({ force: true });
	await look(page);
	await page.goto(`/counts/${id}`);
	await expect(page.getByRole('heading', { name: 'Who counts' })).toBeVisible();
	await look(page);
	if (!isPhone) return;
	for (const name of ['Edit', 'Cancel count', 'Mark the rest “none found”']) {
		await page.getByRole('button', { name, exact: true }).click();
		await expect(page.getByRole('dialog')).toBeVisible();
		await look(page);
		await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toBeHidden();
	}
});

test('review: lines, a story, a bulk choice, the sheets', async ({ page, api, isPhone }) => {
	const name = word();
	const [less, more] = [await api.product({ title: `${name} Less`, stock: 9 }), await api.product({ title: `${name} More`, stock: 2 })];
	const id = await counted(api, { name, seen: [{ product: less, units: 5 }, { product: more, units: 4 }] });
	await page.goto(`/counts/${id}/review?q=${name}`);
	await expect(page.getByText(less.title).first()).toBeVisible();
	if (!isPhone) await expect(page.getByRole('table', { name: 'Stock around the scan' })).toBeVisible();
	await look(page, { dark: true });
	await page.getByRole('checkbox', { name: /Less/ }).click();
	await expect(page.getByRole('region', { name: '1 line chosen' })).toBeVisible();
	await look(page);
	if (!isPhone) return;
	// A sheet is the same on both.
	await page.getByRole('region', { name: '1 line chosen' }).getByRole('button', { name: 'Reject' }).click();
	await expect(page.getByRole('dialog', { name: 'Reject' })).toBeVisible();
	await look(page);
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: new RegExp(`^${name} More`) }).click();
	await expect(page.getByRole('dialog', { name: 'What happened' })).toBeVisible();
	await look(page);
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Close count' }).click();
	await expect(page.getByRole('dialog', { name: 'Close this count' })).toBeVisible();
	await look(page);
});

test('the result of a count', async ({ page, api, isPhone }) => {
	const name = word();
	const product = await api.product({ title: `${name} Less`, stock: 9 });
	const id = await counted(api, { name, seen: [{ product, units: 8 }] });
	await page.goto(`/counts/${id}/review?q=${name}`);
	await page.getByRole('checkbox', { name: /Less/ }).click();
	await page.getByRole('region', { name: '1 line chosen' }).getByRole('button', { name: 'Accept' }).click();
	await expect(page.getByText('Accepted', { exact: true }).first()).toBeVisible();
	await page.getByRole('button', { name: 'Close count' }).click();
	await page.getByRole('button', { name: 'Close and post' }).click();
	await expect(page.getByText('How right the record was')).toBeVisible();
	await look(page, { dark: true });
	if (!isPhone) return;
	await page.getByRole('button', { name: /^Undo .*Less/ }).click();
	await expect(page.getByRole('dialog', { name: 'Undo this line' })).toBeVisible();
	await look(page);
});

test('schedules, and the sheet for one @phone', async ({ page }) => {
	await page.goto('/counts/schedules');
	await page.getByRole('button', { name: 'New schedule' }).first().click();
	const sheet = page.getByRole('dialog', { name: 'New schedule' });
	await expect(sheet).toBeVisible();
	await look(page);
	for (const rule of ['By value', 'Random']) {
		await sheet.getByRole('radio', { name: rule }).check({ force: true });
		await look(page);
	}
	await sheet.getByRole('button', { name: 'Add schedule' }).click();
	await expect(sheet.getByText('Give it a name.')).toBeVisible();
	await look(page);
});

test('what waits on this device @phone', async ({ page }) => {
	await page.goto('/');
	await heading(page, 'Main Street');
	await page.getByRole('button', { name: 'All saved' }).filter({ visible: true }).click();
	await expect(page.getByRole('dialog', { name: 'On this device' })).toBeVisible();
	await look(page);
});

// The command box belongs to the desktop.
test('the command box @desktop', async ({ page, api }) => {
	const product = await api.product();
	await page.goto('/');
	await heading(page, 'Main Street');
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox').pressSequentially(product.title.slice(0, 6), { delay: 60 });
	await expect(page.getByRole('option', { name: product.title })).toBeVisible();
	await look(page, { dark: true });
});

test.describe('head office', () => {
	test.use({ person: 'controller' });

	test('the policy of counts @phone', async ({ page }) => {
		await page.goto('/settings/counting');
		await expect(page.getByRole('heading', { name: 'Who decides the rest' })).toBeVisible();
		await look(page);
	});

	test('the facility switch @phone', async ({ page }) => {
		await page.goto('/');
		await page.getByRole('button', { name: /^Facility:/ }).filter({ visible: true }).click();
		await expect(page.getByRole('dialog', { name: 'Switch facility' })).toBeVisible();
		await look(page);
	});
});

test.describe('an admin', () => {
	test.use({ person: 'admin' });

	const SHEETS = {
		'/settings/facilities': ['Add facility', 'Add group'],
		'/settings/people': ['Add person'],
		'/settings/roles': ['Edit Associate'],
		'/settings/reasons': ['Add reason'],
		'/settings/keys': ['Add API key'],
		'/settings/import': [],
		'/settings/audit': [],
		'/settings/account': [],
		'/more @phone': []
	};
	for (const [path, sheets] of Object.entries(SHEETS)) {
		test(path, async ({ page, isPhone }) => {
			await page.goto(path.split(' ')[0]!);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
			await expect(page.locator('.skeleton')).toHaveCount(0);
			await look(page);
			for (const name of isPhone ? sheets : []) {
				await page.getByRole('button', { name, exact: true }).click();
				await expect(page.getByRole('dialog')).toBeVisible();
				await look(page);
				await page.keyboard.press('Escape');
				await expect(page.getByRole('dialog')).toBeHidden();
			}
		});
	}
});

test('counting: its start, its lists, its sheets, and the codes to match @phone', async ({ page, api }) => {
	const product = await api.product({ sizes: ['9', '10'] });
	const id = randomUUID();
	await api.post('/counts', { id, facility_id: await api.facility(), name: 'Wall', kind: 'directed', blind: false, sku_ids: product.skus.map((s) => s.id) });
	await api.post(`/counts/${id}/open`, {});
	await page.goto(`/counts/${id}/count`);
	await expect(page.getByText('2 items are on this device')).toBeVisible();
	await look(page);
	await page.getByRole('button', { name: 'Start counting' }).click();
	for (const code of [product.barcode, `9${digits(12)}`]) await scan(page, code);
	await expect(page.getByTestId('units')).toHaveText('2');
	await expect(page.locator('section.last')).toContainText('Unknown code');
	for (const tab of ['Counted', 'To count', 'Unknown']) {
		await page.getByRole('link', { name: new RegExp(`^${tab}`) }).click();
		await look(page);
	}
	for (const [button, name] of [
		['Several of the last one', 'How many of these?'],
		['Search', 'Count by hand'],
		['Sound and screen', 'Sound and screen'],
		['Finish', 'Finish your session?']
	] as const) {
		await page.getByRole('button', { name: button, exact: true }).click();
		await expect(page.getByRole('dialog', { name })).toBeVisible();
		await look(page);
		await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toBeHidden();
	}
	await page.getByRole('link', { name: /^Unknown/ }).click();
	await page.getByRole('link', { name: 'Match codes' }).click();
	await expect(page.getByText('1 to decide')).toBeVisible();
	await look(page);
});

test.describe('an address that leads nowhere', () => {
	test.use({ tolerated: /Not found: \/nowhere/ });

	test('says so @phone', async ({ page }) => {
		await page.goto('/nowhere');
		await heading(page, 'This page doesn’t exist');
		await look(page);
	});
});
