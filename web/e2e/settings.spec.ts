import { randomUUID } from 'node:crypto';
import { word } from './support/api';
import { choose, openProduct, openSheet, postButton, quantity, toast } from './support/app';
import { PASSWORD } from './support/people';
import { expect, test } from './support/test';

test.use({ person: 'admin' });

const row = (page: import('@playwright/test').Page, name: string) => page.getByRole('main').getByRole('button', { name: new RegExp(`^${name}`) });

test.describe('a code that is taken', () => {
	test.use({ tolerated: /status of 409/ });

	test('a facility is added, with the time zone found by its city', async ({ page }) => {
		// Last in every list, so that nobody starts there.
		const name = `Zz ${word()}`;
		const code = `Z-${name.slice(3)}`;
		await page.goto('/settings/facilities');
		await page.getByRole('button', { name: 'Add facility' }).click();
		const sheet = page.getByRole('dialog', { name: 'Add facility' });
		await sheet.getByRole('button', { name: 'Add facility' }).click();
		await expect(sheet.getByText('Enter a name.')).toBeVisible();
		await expect(sheet.getByLabel('Name')).toBeFocused();

		await sheet.getByLabel('Name').fill(name);
		await sheet.getByLabel('Code').fill(code);
		await sheet.getByRole('combobox', { name: 'Time zone' }).fill('lisbon');
		await sheet.getByRole('option', { name: /Lisbon/ }).click();
		await sheet.getByRole('checkbox', { name: 'west' }).check();
		await sheet.getByRole('button', { name: 'Add facility' }).click();
		await expect(toast(page, `${name} added`)).toBeVisible();
		await expect(row(page, name)).toContainText(/Lisbon/);
		await expect(row(page, name)).toContainText('west');

		// A code is taken once.
		await page.getByRole('button', { name: 'Add facility' }).click();
		await sheet.getByLabel('Name').fill('Another one');
		await sheet.getByLabel('Code').fill(code);
		await sheet.getByRole('button', { name: 'Add facility' }).click();
		await expect(sheet.getByLabel('Code')).toHaveAttribute('aria-invalid', 'true');
		await page.keyboard.press('Escape');

		// Out of use: no longer offered, its history stays.
		await row(page, name).click();
		const edit = page.getByRole('dialog', { name: 'Edit facility' });
		await edit.getByText('In use', { exact: true }).click();
		await edit.getByRole('button', { name: 'Save' }).click();
		await expect(row(page, name)).toContainText('Not in use');
	});
});

test.describe('somebody new', () => {
	// Locked out, the browser is told so.
	test.use({ tolerated: /status of 401/ });

	test('gets a role, signs in with the password handed over, and may do that much @phone', async ({ page, browser, api }) => {
		const product = await api.product({ stock: 2 });
		const name = `${word()} Newcomer`;
		const email = `${word().toLowerCase()}@example.com`;
		await page.goto('/settings/people');
		await page.getByRole('button', { name: 'Add person' }).click();
		const sheet = page.getByRole('dialog', { name: 'Add person' });
		await sheet.getByLabel('Name').fill(name);
		await sheet.getByLabel('E-mail').fill(email);
		await sheet.getByLabel('Role', { exact: true }).selectOption('Associate');
		await sheet.getByRole('button', { name: 'Add person' }).click();
		await expect(sheet.getByText('Choose where', { exact: true }).last()).toBeVisible();
		await sheet.getByLabel('Where').selectOption('Main Street');
		const password = await sheet.getByLabel('Password').inputValue();
		await sheet.getByRole('button', { name: 'Add person' }).click();
		await expect(toast(page, `${name} added`)).toBeVisible();
		await expect(row(page, name)).toContainText('Associate · Main Street');

		const context = await browser.newContext({ storageState: undefined });
		const newcomer = await context.newPage();
		await newcomer.goto(product.path);
		await newcomer.getByLabel('E-mail').fill(email);
		await newcomer.getByLabel('Password', { exact: true }).fill(password);
		await newcomer.keyboard.press('Enter');
		await expect(newcomer.getByRole('button', { name: 'Report variance' })).toBeVisible();

		// Promoted: it holds at once, without signing in again.
		await row(page, name).click();
		const edit = page.getByRole('dialog', { name: 'Edit person' });
		await edit.getByLabel('Role', { exact: true }).selectOption('Facility manager');
		await edit.getByRole('button', { name: 'Save' }).click();
		await expect(row(page, name)).toContainText('Facility manager · Main Street');
		await newcomer.reload();
		await expect(newcomer.getByRole('button', { name: 'Log variance' })).toBeVisible();

		// Locked out: at once.
		await row(page, name).click();
		await edit.getByText('May sign in', { exact: true }).click();
		await edit.getByRole('button', { name: 'Save' }).click();
		await expect(row(page, name)).toContainText('Locked out');
		await newcomer.reload();
		await expect(newcomer.getByLabel('E-mail')).toBeVisible();
		await context.close();
	});
});

test('an API key is shown once, works, and stops when it is revoked @phone', async ({ page, baseURL }) => {
	const name = `Till ${word()}`;
	await page.goto('/settings/keys');
	await page.getByRole('button', { name: 'Add API key' }).click();
	const sheet = page.getByRole('dialog', { name: 'Add API key' });
	await sheet.getByLabel('What is it for?').fill(name);
	await sheet.getByLabel('Role', { exact: true }).selectOption('Auditor');
	await sheet.getByLabel('Where').selectOption('Main Street');
	await sheet.getByRole('button', { name: 'Add API key' }).click();
	const made = page.getByRole('dialog', { name: 'Copy the key now' });
	const secret = await made.getByLabel('API key').inputValue();
	await made.getByRole('button', { name: 'I have copied it' }).click();

	const ask = () => fetch(`${baseURL}/api/v1/facilities`, { headers: { authorization: `Bearer ${secret}` } });
	const answer = await ask();
	expect(answer.status).toBe(200);
	expect(((await answer.json()) as { items: { name: string }[] }).items.map((f) => f.name)).toEqual(['Main Street']);

	await page.reload();
	const item = page.getByRole('listitem').filter({ hasText: name });
	await expect(item).toContainText(secret.slice(0, 8));
	await expect(page.getByText(secret)).toHaveCount(0);
	await item.getByRole('button', { name: `Revoke ${name}` }).click();
	await page.getByRole('dialog', { name: `Revoke “${name}”?` }).getByRole('button', { name: 'Revoke' }).click();
	await expect(item).toContainText('Revoked');
	expect((await ask()).status).toBe(401);
});

test('a reason is added, asked for in the sheet, changed and taken out @phone', async ({ page, api, openAs }) => {
	const product = await api.product({ stock: 5 });
	const label = `Moths ${word()}`;
	await page.goto('/settings/reasons');
	await page.getByRole('button', { name: 'Add reason' }).click();
	const sheet = page.getByRole('dialog', { name: 'Add reason' });
	await sheet.getByLabel('Name').fill(label);
	await expect(sheet.getByLabel('Code')).toHaveValue(label.toLowerCase().replace(' ', '_'));
	await sheet.getByRole('button', { name: 'Add reason' }).click();
	await expect(toast(page, `${label} added`)).toBeVisible();

	await row(page, label).click();
	const edit = page.getByRole('dialog', { name: 'Edit reason' });
	await edit.getByText('A note is needed', { exact: true }).click();
	await edit.getByRole('button', { name: 'Save' }).click();
	await expect(row(page, label)).toContainText('Note needed');

	const manager = await openAs('manager');
	await openProduct(manager, product);
	const log = await openSheet(manager);
	await choose(log, `${label}, Note needed`);
	await log.getByLabel(/^Note/).fill('holes everywhere');
	await postButton(log).click();
	await expect(quantity(manager, 'On hand')).toHaveText('4');

	await row(page, label).click();
	await edit.getByText('In use', { exact: true }).click();
	await edit.getByRole('button', { name: 'Save' }).click();
	await expect(row(page, label)).toContainText('Not in use');
	await manager.reload();
	const again = await openSheet(manager);
	const more = again.getByRole('button', { name: 'More reasons' });
	if (await more.isVisible()) await more.click();
	await expect(again.getByRole('button', { name: /Data correction/ })).toBeVisible();
	await expect(again.getByRole('button', { name: new RegExp(label) })).toHaveCount(0);
});

test('a role is copied with a limit of its own @phone', async ({ page }) => {
	const name = `${word()} lead`;
	await page.goto('/settings/roles');
	await page.getByRole('button', { name: 'Copy of Facility manager' }).click();
	const sheet = page.getByRole('dialog', { name: 'Copy of Facility manager' });
	await sheet.getByLabel('Name').fill(name);
	await sheet.getByLabel('Code').fill(name.toLowerCase().replace(' ', '_'));
	await sheet.getByLabel('Units per variance').fill('7');
	await sheet.getByRole('button', { name: /^(Save|Copy|Add)/ }).click();
	await expect(page.getByText(name).filter({ visible: true }).first()).toBeVisible();
});

test.describe('a manager', () => {
	test.use({ person: 'manager' });

	test('sees no settings of others', async ({ page, isPhone }) => {
		await page.goto('/');
		if (!isPhone) await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Variances' })).toBeVisible();
		await page.goto('/settings/people');
		await expect(page.getByText('This isn’t yours to change')).toBeVisible();
		await expect(page.getByText('ada', { exact: false })).toHaveCount(0);
	});
});

test('a password is changed, and only with the present one @phone', async ({ browser, api, isPhone }) => {
	const email = `${word().toLowerCase()}@example.com`;
	const scope = { kind: 'facility', id: await api.facility() };
	const person = { id: randomUUID(), email, name: `${word()} Forgetful`, password: PASSWORD, grants: [{ role: 'associate', scope }] };
	await api.asAdmin().post('/users', person);
	const context = await browser.newContext({ storageState: undefined });
	const page = await context.newPage();
	const signIn = async (password: string) => {
		await page.getByLabel('E-mail').fill(email);
		await page.getByLabel('Password', { exact: true }).fill(password);
		await page.keyboard.press('Enter');
	};
	await page.goto('/settings/account');
	await signIn(PASSWORD);
	await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();
	const change = async (current: string, next: string) => {
		await page.getByLabel('Current password').fill(current);
		await page.getByLabel('New password', { exact: true }).fill(next);
		await page.getByLabel('New password, once more').fill(next);
		await page.getByRole('button', { name: 'Change password' }).click();
	};
	await change('not my password', 'an orange bicycle in spring');
	await expect(page.getByLabel('Current password')).toHaveAttribute('aria-invalid', 'true');
	await change(PASSWORD, 'an orange bicycle in spring');
	await expect(toast(page, 'Password changed')).toBeVisible();
	if (isPhone) await page.goto('/more');
	await page.getByRole('button', { name: 'Sign out' }).first().click();
	await signIn(PASSWORD);
	await expect(page.getByRole('alert')).toContainText('E-mail or password is wrong.');
	await signIn('an orange bicycle in spring');
	await expect(page.getByRole('link', { name: 'Find' }).filter({ visible: true }).first()).toBeVisible();
	await context.close();
});

test('what was decided stands in the audit, narrowed by the address', async ({ page, api, isPhone }) => {
	const product = await api.product();
	await api.variance(product.sku, -1, 'sample');
	await page.goto('/settings/audit');
	const list = isPhone ? page.getByRole('list', { name: 'Decisions, newest first' }) : page.getByRole('table', { name: 'Decisions, newest first' });
	await expect(list).toContainText('Allowed');
	await page.goto('/settings/audit?action=variance.post');
	await expect(page.getByLabel('Operation')).toHaveValue('variance.post');
	await expect(list).toContainText('Tests, inventory_controller');
	await expect(list).not.toContainText('Sign in');
	await page.getByLabel('Facility').filter({ visible: true }).last().selectOption('Main Street');
	await expect(page).toHaveURL(/action=variance\.post/);
	await expect(page).toHaveURL(/facility=/);
	await page.reload();
	await expect(list).toContainText('Main Street');
});
