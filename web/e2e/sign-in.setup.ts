import { mail, PASSWORD, PEOPLE, type Person } from './support/people';
import { expect, stateFile, test as setup } from './support/test';

setup.use({ person: null, tolerated: /status of 401/ });

// Each person once: the tests go on from the cookie that the browser got here.
for (const person of Object.keys(PEOPLE) as Person[]) {
	setup(`${person} signs in`, async ({ page }) => {
		await page.goto('/');
		await page.getByLabel('E-mail').fill(mail(person));
		await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(page.getByRole('link', { name: 'Home' })).toBeVisible();
		await page.context().storageState({ path: stateFile(person) });
	});
}
