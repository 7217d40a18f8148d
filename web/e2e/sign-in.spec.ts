import { mail, PASSWORD, PEOPLE } from './support/people';
import { expect, test } from './support/test';

test.use({ person: null, tolerated: /status of 401/ });

test('a wrong password is said, and the right one leads to the wanted page', async ({ page }) => {
	await page.goto('/variances?reason=damaged');
	await expect(page).toHaveURL(/\/sign-in\?next=/);

	const email = page.getByLabel('E-mail');
	await expect(email).toBeFocused();
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('alert')).toHaveText('Enter your e-mail and your password.');

	await email.fill(mail('manager'));
	const password = page.getByLabel('Password', { exact: true });
	await password.fill('not my password');
	await password.press('Enter');
	await expect(page.getByRole('alert')).toContainText('E-mail or password is wrong.');
	await expect(password).toHaveAttribute('aria-invalid', 'true');

	await page.getByRole('button', { name: 'Show password' }).click();
	await expect(password).toHaveAttribute('type', 'text');

	await password.fill(PASSWORD);
	await password.press('Enter');
	await expect(page.getByRole('heading', { level: 1, name: 'Variances' })).toBeVisible();
	await expect(page).toHaveURL('/variances?reason=damaged');
});

test('signing out ends it: the way back asks for the password again', async ({ page, isPhone }) => {
	await page.goto('/');
	await page.getByLabel('E-mail').fill(mail('auditor'));
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	if (isPhone) await page.getByRole('link', { name: 'More' }).click();
	await expect(page.getByText(PEOPLE.auditor.name).filter({ visible: true })).toBeVisible();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByLabel('E-mail')).toBeVisible();
	await page.goto('/requests');
	await expect(page).toHaveURL(/\/sign-in\?next=/);
});
