import type { Browser, Page } from '@playwright/test';
import { phone } from '../playwright.config';
import { choose, history, openSheet, postButton, quantity, toast } from './support/app';
import { mail, PASSWORD, type Person } from './support/people';
import { CLIENT, openShopWorld, RUNNER, type ShopWorld } from './support/shop';
import { expect, test } from './support/test';

// A retailer and a shop of its own; who is signed in elsewhere doesn't matter.
test.use({ person: null });
test.describe.configure({ timeout: 180_000 });

let world: ShopWorld;
test.beforeAll(async () => {
	world = await openShopWorld();
});
test.afterAll(() => world.stop());

async function signedIn(browser: Browser, person: Person, look: object = {}): Promise<Page> {
	const context = await browser.newContext({ baseURL: world.url, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...look });
	const page = await context.newPage();
	await page.goto('/');
	await page.getByLabel('E-mail').fill(mail(person));
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('link', { name: 'Home' })).toBeVisible();
	return page;
}

async function openRunner(page: Page): Promise<void> {
	await page.goto('/find');
	await page.getByRole('searchbox').fill(RUNNER.codes[0]!);
	await page.getByRole('link', { name: RUNNER.title }).first().click();
	await expect(page.getByRole('heading', { level: 1, name: RUNNER.title })).toBeVisible();
	await expect(quantity(page, 'On hand')).toHaveText(String(RUNNER.stock));
}

test('a shop is connected, compared and told; what it sells moves stock here; the last unit damaged puts its order at risk', { tag: '@desktop' }, async ({
	browser
}) => {
	const admin = await signedIn(browser, 'admin');
	await admin.goto('/settings/shops');
	await admin.getByRole('button', { name: 'Connect a shop' }).click();
	const connect = admin.getByRole('dialog', { name: 'Connect a shop' });
	await connect.getByLabel('Address of the shop').fill(world.shop);
	await connect.getByLabel('Name (optional)').fill('Tandem');
	await connect.getByRole('radio', { name: 'App credentials' }).check({ force: true });
	await connect.getByLabel('Client ID').fill(CLIENT.id);
	await connect.getByLabel('Client secret').fill('not-the-secret');
	await connect.getByRole('button', { name: 'Connect', exact: true }).click();
	await expect(connect.getByText(/refused|credentials/i).first()).toBeVisible();
	// A person lets the app in at the shop itself; first they change their mind.
	for (const answer of ['Cancel', 'Install app']) {
		await connect.getByLabel('Address of the shop').fill(world.shop);
		await connect.getByLabel('Name (optional)').fill('Tandem');
		await connect.getByRole('radio', { name: 'Sign in at the shop' }).check({ force: true });
		await connect.getByLabel('Client ID').fill(CLIENT.id);
		await connect.getByLabel('Client secret').fill(CLIENT.secret);
		await connect.getByRole('button', { name: 'Go to the shop' }).click();
		await expect(admin).toHaveURL(/\/admin\/oauth\/authorize\?/);
		await admin.getByRole('button', { name: answer }).click();
		if (answer === 'Cancel') {
			await expect(admin.getByText('The app was not let in at the shop.')).toBeVisible();
			await admin.getByRole('link', { name: 'Try again' }).click();
		}
	}
	await expect(admin.getByRole('heading', { level: 1, name: 'Tandem' })).toBeVisible();
	await expect(admin).toHaveURL(new RegExp(`^${world.url}/settings/shops/[0-9a-f-]{36}\\?tab=setup$`));

	await admin.getByRole('button', { name: 'Read the shop' }).click();
	for (const [location, facility] of [['Location 1', 'Main Street'], ['Location 2', 'Harbour']] as const) {
		await admin.getByRole('button', { name: `Add a facility to ${location}` }).click();
		const place = admin.getByRole('dialog', { name: `Facility behind ${location}` });
		await place.getByLabel('Facility', { exact: true }).selectOption({ label: facility });
		await place.getByRole('button', { name: 'Save' }).click();
		await expect(admin.getByRole('button', { name: `${facility} at ${location}: change` })).toBeVisible();
	}

	// Nothing is changed yet.
	await admin.getByRole('button', { name: /^Compare/ }).click();
	await expect(admin.getByText(/levels are equal already|levels would change/)).toBeVisible();
	await admin.getByRole('button', { name: 'Go live' }).click();
	await admin.getByRole('dialog', { name: 'Go live with Tandem?' }).getByRole('button', { name: 'Go live' }).click();
	await expect(toast(admin, 'Tandem is live')).toBeVisible();

	// Somebody in the store sees a damaged shoe.
	const manager = await signedIn(browser, 'manager', phone);
	await openRunner(manager);
	const sheet = await openSheet(manager);
	await choose(sheet, 'Damaged');
	await postButton(sheet).tap();
	await expect(quantity(manager, 'Available')).toHaveText('1');
	await expect(history(manager).first()).toContainText('Tandem has it');
	expect(await world.level('TAN-40')).toMatchObject({ available: 1, damaged: 1 });

	// Somebody buys the other one.
	await world.does('/twin/orders', { request: 'the last one', lines: [{ sku: 'TAN-40', quantity: 1 }] });
	await expect(quantity(manager, 'Available')).toHaveText('0');
	await expect(manager.getByText('1 committed')).toBeVisible();
	expect(await world.level('TAN-40')).toMatchObject({ available: 0, committed: 1 });

	// And that one is damaged, too.
	const again = await openSheet(manager);
	await choose(again, 'Damaged');
	await expect(again.getByText('1 order can’t be filled from here')).toBeVisible();
	await postButton(again).tap();
	await expect(toast(manager, '1 order can’t be filled from here')).toBeVisible();
	await expect(history(manager).first()).toContainText('Tandem has it');
	expect(await world.level('TAN-40')).toMatchObject({ available: -1, damaged: 2, committed: 1 });

	await admin.goto('/settings/shops');
	await admin.getByRole('link', { name: /Tandem/ }).click();
	await expect(admin.getByText('In step since')).toBeVisible();
	await admin.getByRole('link', { name: 'Certificates' }).click();
	await admin.getByRole('button', { name: 'Check now' }).click();
	await expect(admin.getByText(/4 of 4 levels equal/).first()).toBeVisible();
});
