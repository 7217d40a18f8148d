import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';

/** Debian's Chromium, with nothing that asks the network behind our back. */
export const browser = {
	browserName: 'chromium',
	launchOptions: {
		executablePath: process.env.ONHAND_CHROMIUM ?? '/usr/bin/chromium',
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			'--no-first-run'
		]
	}
} satisfies PlaywrightTestConfig['use'];

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const desktop = { viewport: { width: 1440, height: 900 } };

/** What is held in one hand, and what the desktop shows by the same parts: looked at there by the other tests. */
const PHONE_ONLY = ['counting.spec.ts', 'offline.spec.ts', 'photos.spec.ts', 'plan.spec.ts'];

/** The whole app against the real program: `npm run e2e`, with the program in ONHAND_BIN. */
export default defineConfig({
	testDir: 'e2e',
	globalSetup: './e2e/support/program.ts',
	outputDir: 'test-results',
	reporter: 'list',
	fullyParallel: true,
	workers: 2,
	// A test that passes the second time has found something.
	retries: 0,
	forbidOnly: true,
	// For machines that have much else to do. Nothing waits longer than it has to.
	timeout: 90_000,
	expect: { timeout: 15_000 },
	// `npm run e2e -- --trace retain-on-failure` records each step, and takes a quarter longer.
	use: { ...browser, locale: 'en-GB', timezoneId: 'Europe/Berlin', screenshot: 'only-on-failure' },
	projects: [
		{ name: 'sign-in', testMatch: 'sign-in.setup.ts', use: desktop },
		// Some things are the desktop's alone, or the same on both: their titles say @desktop or @phone.
		{ name: 'phone', testMatch: '*.spec.ts', testIgnore: 'blind.spec.ts', grepInvert: /@desktop/, use: phone, dependencies: ['sign-in'] },
		{ name: 'desktop', testMatch: '*.spec.ts', testIgnore: [...PHONE_ONLY, 'blind.spec.ts'], grepInvert: /@phone/, use: desktop, dependencies: ['sign-in'] },
		{ name: 'blind', testMatch: 'blind.spec.ts', use: phone, dependencies: ['phone', 'desktop'] }
	]
});
