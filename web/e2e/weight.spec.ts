import { gzipSync } from 'node:zlib';
import { expect, test } from './support/test';

/** As the wire would carry it with the compression that every server has. */
const SCRIPT_BYTES_MAX = 150 * 1024;

test.describe('signed out', () => {
	test.use({ person: null, tolerated: /status of 401/ });
	test('the first visit loads at most 150 KB of script @phone', async ({ page }) => {
		expect(await scripts(page, '/', 'Sign in')).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
	});
});

test('Home loads at most 150 KB of script @phone', async ({ page }) => {
	expect(await scripts(page, '/', 'Main Street')).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
});

/** What the page itself asks for. The worker's later copy of the whole shell isn't waited for by anybody. */
async function scripts(page: import('@playwright/test').Page, path: string, heading: string): Promise<number> {
	const bodies: Promise<Buffer>[] = [];
	page.on('response', (response) => {
		if (response.request().resourceType() === 'script' || response.url().endsWith('.js')) bodies.push(response.body());
	});
	await page.goto(path);
	await expect(page.getByRole('heading', { level: 1, name: heading })).toBeAttached();
	await page.waitForLoadState('load');
	expect(bodies.length).toBeGreaterThan(3);
	return (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
}
