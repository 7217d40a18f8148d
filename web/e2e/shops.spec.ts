import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { choose, openProduct, openSheet, postButton, toast } from './support/app';
import { expect, test } from './support/test';
import { FakeShop } from './support/fake-shop';

/**
 * The pages of a shop by themselves: what the server says of it is made up here, so that each state can be shown without a
 * shop that is in it. The way through a real one is tried elsewhere.
 */
test.use({ person: 'admin', contextOptions: { reducedMotion: 'reduce' } });

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** The whole page at once: what a bar covers in part would count as too small to be hit. */
const TALL = 4_000;

async function look(page: Page): Promise<void> {
	const size = page.viewportSize()!;
	await page.setViewportSize({ width: size.width, height: TALL });
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		// What changes takes a frame to begin, and colours on their way are neither.
		await page.evaluate(async () => {
			const frame = () => new Promise((done) => requestAnimationFrame(done));
			await frame();
			await frame();
			await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
		});
		const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
		expect(violations.map((v) => `${v.id} (${colorScheme}): ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
	}
	await page.setViewportSize(size);
}

test('an app is let in at the shop, where the server has an address', async ({ page }) => {
	const shop = new FakeShop({ redirect: 'https://onhand.example.com/oauth/shopify/callback' });
	await shop.answer(page);
	await page.goto('/settings/shops');
	await page.getByRole('button', { name: 'Connect a shop' }).click();
	const sheet = page.getByRole('dialog', { name: 'Connect a shop' });
	await expect(sheet.getByRole('radio', { name: 'Sign in at the shop' })).toBeChecked();
	await sheet.getByText('What the app must be told').click();
	await expect(sheet.getByText('https://onhand.example.com/oauth/shopify/callback')).toBeVisible();
	await sheet.getByLabel('Address of the shop').fill('acme.myshopify.com');
	await sheet.getByRole('button', { name: 'Go to the shop' }).click();
	await expect(sheet.getByText('This is needed.')).toHaveCount(2);
	await look(page);
	await sheet.getByLabel('Client ID').fill('app');
	await sheet.getByLabel('Client secret').fill('hush');
	await sheet.getByRole('button', { name: 'Go to the shop' }).click();

	// Whoever says no there is told so here, and may try again.
	await expect(page.getByText('The app was not let in at the shop.')).toBeVisible();
	expect(shop.sent('POST', 'authorizations')).toMatchObject({ shop: 'https://acme.myshopify.com', client_id: 'app', client_secret: 'hush' });
	await look(page);
	await page.getByRole('link', { name: 'Try again' }).click();
	await expect(page.getByRole('dialog', { name: 'Connect a shop' })).toBeVisible();
});

test('an app that lacks scopes is told which; one that is refused later is let in again', async ({ page }) => {
	const shop = new FakeShop({ live: true, kind: 'offline', redirect: 'https://onhand.example.com/oauth/shopify/callback' });
	await shop.answer(page);
	await page.goto(`/settings/shops/not-connected?why=scopes-missing&scopes=read_orders,read_locations&channel=${shop.id}`);
	await expect(page.getByText('read_locations')).toBeVisible();
	await look(page);
	await page.getByRole('link', { name: 'Back to the shop' }).click();
	await page.getByRole('button', { name: 'Settings' }).click();
	const sheet = page.getByRole('dialog', { name: 'Settings of Acme' });
	await expect(sheet.getByRole('button', { name: 'Sign in at the shop' })).toBeVisible();
	await look(page);
	await sheet.getByLabel('Client ID').fill('other');
	await sheet.getByRole('button', { name: 'Sign in at the shop' }).click();
	await expect(sheet.getByText('This is needed.')).toBeVisible();
	await sheet.getByLabel('Client ID').fill('');
	await sheet.getByRole('button', { name: 'Sign in at the shop' }).click();
	await expect(page.getByText('The app was not let in at the shop.')).toBeVisible();
	const sent = shop.sent('POST', 'authorizations')!;
	expect([sent.channel_id, 'client_id' in sent]).toEqual([shop.id, false]);
});

test('from nothing to a shop that is live', async ({ page }) => {
	const shop = new FakeShop();
	await shop.answer(page);
	await page.goto('/settings/shops');
	await page.getByRole('button', { name: 'Connect a shop' }).click();
	const sheet = page.getByRole('dialog', { name: 'Connect a shop' });
	await sheet.getByRole('button', { name: 'Connect', exact: true }).click();
	await expect(sheet.getByText('Enter an address such as')).toBeVisible();
	await sheet.getByLabel('Address of the shop').fill('acme.myshopify.com');
	const token = sheet.getByLabel('Admin API access token');
	await expect(token).toHaveAttribute('type', 'password');
	await token.fill('shpat_secret');
	await look(page);
	await sheet.getByRole('button', { name: 'Connect', exact: true }).click();

	await expect(page.getByRole('heading', { level: 1, name: 'Acme' })).toBeVisible();
	expect(shop.sent('POST', '')).toMatchObject({ shop: 'https://acme.myshopify.com', credentials: { kind: 'static', token: 'shpat_secret' } });
	const steps = page.getByRole('list', { name: 'Steps until the shop is live' });
	const now = steps.locator('[aria-current=step]');
	await expect(now).toContainText('Read the shop');
	await now.getByRole('button', { name: 'Read the shop' }).click();

	await expect(now).toContainText('Which location is which facility');
	await now.getByRole('button', { name: 'Add a facility to Main Street 1' }).click();
	const place = page.getByRole('dialog', { name: 'Facility behind Main Street 1' });
	await place.getByLabel('Facility', { exact: true }).selectOption({ index: 1 });
	await place.getByLabel('Safety stock').fill('2');
	await place.getByRole('button', { name: 'Save' }).click();
	await expect(steps.getByText('2 units of safety stock')).toBeVisible();

	await expect(now).toContainText('Items that match nothing');
	await now.getByRole('button', { name: 'Choose the SKU of Trail Runner · 10' }).click();
	const match = page.getByRole('dialog', { name: 'Which SKU is it?' });
	await match.getByRole('list', { name: 'These fit' }).getByRole('button').first().click();
	await expect(page.locator('.toast').filter({ hasText: 'Trail Runner · 10 is matched' })).toBeVisible();

	await expect(now).toContainText('Look what would change');
	await now.getByRole('button', { name: 'Compare' }).click();
	await expect(steps.getByText('2 of 40 levels would change')).toBeVisible();
	await look(page);
	await now.getByRole('button', { name: 'Go live' }).click();
	const live = page.getByRole('dialog', { name: 'Go live with Acme?' });
	await expect(live.getByText('2 levels are set to what the ledger has.')).toBeVisible();
	await live.getByRole('button', { name: 'Go live' }).click();
	await expect(page.getByTestId('in-step')).toBeVisible();
	await look(page);
});

test('what waits for a person is said with what to do, and can be decided', async ({ page }) => {
	const shop = new FakeShop({ live: true });
	await shop.answer(page);
	await page.goto(`/settings/shops/${shop.id}`);
	await page.getByRole('link', { name: '1 change is refused by the shop' }).click();
	const changes = page.getByRole('list', { name: 'Changes' });
	await expect(changes).toContainText('Switch it on in the shop or map another');
	await look(page);
	await changes.getByRole('button', { name: /^Retry −1 of Trail Runner/ }).click();
	await expect(page.getByText('Nothing is refused')).toBeVisible();

	await page.getByRole('radio', { name: 'Held' }).check({ force: true });
	await changes.getByRole('button', { name: /^Skip \+900 of Trail Runner/ }).click();
	await page.getByRole('dialog', { name: 'Skip this change?' }).getByRole('button', { name: 'Skip' }).click();
	await expect(page.getByText('Nothing is held')).toBeVisible();
	expect(shop.calls).toEqual(expect.arrayContaining(['POST pushes/p1/retry', 'POST pushes/p2/skip']));

	await page.getByRole('link', { name: /^Differences/ }).click();
	const differences = page.getByRole('list', { name: 'Differences' });
	await expect(differences).toContainText('Changed by somebody else');
	await look(page);
	await differences.getByRole('button', { name: /^Correct Trail Runner, 10 in the shop from 7 to 5$/ }).click();
	await expect(differences).toContainText('Being corrected');
});

test('a certificate is asked for; the shop is stopped, and started again', async ({ page }) => {
	const shop = new FakeShop({ live: true });
	await shop.answer(page);
	await page.goto(`/settings/shops/${shop.id}?tab=certificates`);
	await page.getByRole('button', { name: 'Check now' }).click();
	await expect(page.getByRole('list', { name: 'Certificates' })).toContainText('At 12:00:07Z 18,231 of 18,231 levels equal');
	await look(page);

	await page.getByRole('button', { name: 'Stop', exact: true }).click();
	await page.getByRole('dialog', { name: 'Stop Acme?' }).getByRole('button', { name: 'Stop telling the shop' }).click();
	await page.getByRole('link', { name: 'Overview' }).click();
	await expect(page.getByText('Whatever is recorded waits', { exact: false })).toBeVisible();
	await page.getByRole('button', { name: 'Start', exact: true }).click();
	await page.getByRole('dialog', { name: 'Start Acme?' }).getByRole('button', { name: 'Start' }).click();
	await expect(page.getByTestId('in-step')).toBeVisible();
});

test('secrets are asked for anew, and not shown', async ({ page }) => {
	const shop = new FakeShop({ live: true });
	await shop.answer(page);
	await page.goto(`/settings/shops/${shop.id}`);
	await page.getByRole('button', { name: 'Settings', exact: true }).click();
	const sheet = page.getByRole('dialog', { name: 'Settings of Acme' });
	await expect(sheet.getByLabel('Admin API access token')).toHaveValue('');
	await sheet.getByLabel('Largest change sent by itself, in units').fill('40');
	await sheet.getByRole('switch', { name: 'Correct differences by itself' }).check({ force: true });
	await look(page);
	await sheet.getByRole('button', { name: 'Save' }).click();
	await expect(sheet).toHaveCount(0);
	// Only what was changed is sent, and no secret that nobody typed.
	expect(shop.sent('PATCH', '')).toEqual({ push_limit: 40, corrects: true });
});

test.describe('a variance on its way to the shop', () => {
	test.use({ person: 'manager' });

	test('is followed from saved to confirmed, in the message and in the history', async ({ page, api }) => {
		const product = await api.product({ stock: 5 });
		const entry = { channel_id: '01900000-0000-7000-8000-0000000000c1', channel: 'Acme', adjustment: null, problem: null };
		const stages = [
			{ ...entry, status: 'saved', sent_at: null, confirmed_at: null },
			{ ...entry, status: 'confirmed', sent_at: '2026-03-01T12:00:06Z', confirmed_at: '2026-03-01T12:00:07Z', adjustment: 'gid://shopify/InventoryAdjustmentGroup/4711' }
		];
		let asked = 0;
		await page.route(/\/api\/v1\/variances\/[0-9a-f-]{36}$/, (route) => route.fulfill({ json: { channels: [stages[Math.min(asked++, 1)]] } }));
		await page.route(/\/api\/v1\/movements\?/, async (route) => {
			const answer = await route.fetch();
			const list = await answer.json();
			for (const movement of list.items) movement.channels = movement.kind === 'variance' ? [stages[1]] : [];
			await route.fulfill({ response: answer, json: list });
		});
		await openProduct(page, product);
		const sheet = await openSheet(page);
		await choose(sheet, 'Damaged');
		await postButton(sheet).click();
		await expect(toast(page, 'Acme has it')).toContainText('13:00:07');

		const line = page.locator('.entry details');
		await line.locator('summary').click();
		await expect(line.getByRole('list', { name: 'On its way to Acme' }).getByRole('listitem')).toHaveText([/^Saved/, /^Sent\s*13:00:06/, /^Confirmed\s*13:00:07/]);
		await expect(line).toContainText('gid://shopify/InventoryAdjustmentGroup/4711');
		await look(page);
	});
});
