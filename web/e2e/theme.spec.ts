import { expect, test } from './support/test';

const background = (page: import('@playwright/test').Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('dark where the system is dark, before the first paint @phone', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'light' });
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
	const light = await background(page);
	await page.emulateMedia({ colorScheme: 'dark' });
	expect(await background(page)).not.toBe(light);
});

test('the theme chosen here wins, and is kept', async ({ page, isPhone }) => {
	await page.emulateMedia({ colorScheme: 'light' });
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1, name: 'Main Street' })).toBeAttached();
	const light = await background(page);
	if (isPhone) {
		await page.getByRole('link', { name: 'More' }).click();
		await page.getByRole('radio', { name: 'Dark' }).check();
	} else {
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox').pressSequentially('dark theme', { delay: 60 });
		await page.keyboard.press('Enter');
	}
	await expect.poll(() => background(page)).not.toBe(light);
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1, name: 'Main Street' })).toBeAttached();
	expect(await background(page)).not.toBe(light);
});
