import { defineConfig } from '@playwright/test';
import { browser } from '../../playwright.config';

/** The pictures of the README, from the demo's data: `npm run screenshots`. No part of the tests. */
export default defineConfig({
	testDir: '.',
	testMatch: 'screenshots.ts',
	globalSetup: './demo.ts',
	outputDir: '../../test-results',
	reporter: 'list',
	workers: 1,
	timeout: 120_000,
	use: { ...browser, locale: 'en-GB', timezoneId: 'Europe/Berlin', contextOptions: { reducedMotion: 'reduce' } }
});
