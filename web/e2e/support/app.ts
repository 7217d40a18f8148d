import { expect, type CDPSession, type Locator, type Page } from '@playwright/test';
import type { Product } from './api';

/** A real minus sign, as the app writes it. */
export const MINUS = '\u2212';

const KEY_MS = 8;

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** One for the life of a page: with the end of a session, the browser forgets that it was made to be offline. */
function keys(page: Page): Promise<CDPSession> {
	const session = sessions.get(page) ?? page.context().newCDPSession(page);
	sessions.set(page, session);
	return session;
}

/**
 * What a hardware scanner does: the code as a burst of keys, then Enter, into whatever has the focus. The keys carry the
 * scanner's times themselves, so that a busy machine doesn't make a slow typist of it.
 */
export async function scan(page: Page, code: string): Promise<void> {
	const browser = await keys(page);
	const start = Date.now() / 1000;
	const events = [...[...code].map((text) => ({ key: text, text })), { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' }].flatMap(
		(key, i) => {
			const timestamp = start + (i * KEY_MS) / 1000;
			return [
				{ type: 'keyDown', ...key, timestamp },
				{ type: 'keyUp', ...key, text: undefined, timestamp: timestamp + KEY_MS / 2000 }
			] as const;
		}
	);
	for (const event of events) await browser.send('Input.dispatchKeyEvent', event);
}

/** The large number under a label on the product page. */
export function quantity(page: Page, label: 'On hand' | 'Available'): Locator {
	return page.locator('.quantity').filter({ hasText: label }).locator('.value');
}

export async function openProduct(page: Page, product: Product): Promise<void> {
	await page.goto(product.path);
	await expect(page.getByRole('heading', { level: 1, name: product.title })).toBeVisible();
	await expect(quantity(page, 'On hand')).not.toHaveText('–');
}

/** Opens the sheet for logging a variance; it has its reasons when this returns. */
export async function openSheet(page: Page, name: 'Log variance' | 'Report variance' = 'Log variance'): Promise<Locator> {
	await page.getByRole('button', { name, exact: true }).click();
	const sheet = page.getByRole('dialog', { name });
	await expect(reasons(sheet).getByRole('button').first()).toBeVisible();
	return sheet;
}

const reasons = (sheet: Locator) => sheet.getByRole('group', { name: 'What happened?' });

/** The most used reasons come first, so that a seldom one may be behind "More reasons". */
export async function choose(sheet: Locator, reason: string): Promise<void> {
	const button = reasons(sheet).getByRole('button', { name: new RegExp(`^(minus|plus|plus or minus), ${reason}`) });
	if (await button.isHidden()) await sheet.getByRole('button', { name: 'More reasons' }).click();
	await button.click();
	await expect(button).toHaveAttribute('aria-pressed', 'true');
}

/** The button at the sheet's end, which repeats what it will do. */
export const postButton = (sheet: Locator) => sheet.getByRole('button', { name: /^(Post|Send for approval|Save|Choose|Enter|Saving)/ });

export const toast = (page: Page, text: string) => page.locator('.toast').filter({ hasText: text });

/** The entries of the product page's history, newest first. */
export const history = (page: Page) => page.locator('ol > li').filter({ has: page.locator('.entry') });

/** The badge that says what is saved and what waits, on the phone a number alone. */
export const syncBadge = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** The shell has to be on the device, or there would be nothing to start from. */
export async function workerReady(page: Page): Promise<void> {
	await page.evaluate(() => navigator.serviceWorker.ready);
	await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}
