import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { join } from 'node:path';
import { Api } from './api';
import type { Person } from './people';

interface Options {
	/** Who is signed in at the start; null is nobody. */
	person: Person | null;
	/** What the browser may complain of in this test: it names every answer of 400 and above. */
	tolerated: RegExp | null;
}

interface Fixtures {
	api: Api;
	/** A page of its own browser, with somebody else signed in. */
	openAs: (person: Person) => Promise<Page>;
	/** How it looks here: some controls are on the phone or on the desktop only. */
	isPhone: boolean;
}

export const url = () => process.env.ONHAND_E2E_URL ?? '';
export const stateFile = (person: Person) => join(process.env.ONHAND_E2E_FOLDER ?? '', `${person}.json`);

/** Fails the test for whatever a person would not see: errors in the console, broken policy, requests to elsewhere. */
function guard(context: BrowserContext, tolerated: RegExp | null): () => void {
	const faults: string[] = [];
	const note = (fault: string) => {
		if (!tolerated?.test(fault)) faults.push(fault);
	};
	context.on('console', (message) => {
		const text = message.text();
		if (message.type() === 'error' || /Content Security Policy/i.test(text)) note(`console: ${text} (${message.location().url})`);
	});
	context.on('weberror', (error) => note(`thrown: ${error.error().stack ?? error.error().message}`));
	context.on('request', (request) => {
		const to = new URL(request.url());
		if (to.origin !== url() && !['data:', 'blob:', 'about:'].includes(to.protocol)) note(`foreign request: ${request.url()}`);
	});
	context.on('response', (response) => {
		if (response.status() >= 500) faults.push(`answered ${response.status()}: ${response.url()}`);
	});
	return () => expect(faults, 'The browser complains, or something was asked elsewhere').toEqual([]);
}

export const test = base.extend<Options & Fixtures>({
	person: ['manager', { option: true }],
	tolerated: [null, { option: true }],
	baseURL: async ({}, use) => use(url()),
	storageState: async ({ person }, use) => use(person ? stateFile(person) : undefined),
	isPhone: async ({ viewport }, use) => use((viewport?.width ?? 0) < 1024),
	api: async ({}, use) => use(new Api(url(), process.env.ONHAND_E2E_KEY ?? '')),
	context: async ({ context, tolerated }, use) => {
		const check = guard(context, tolerated);
		await use(context);
		check();
	},
	openAs: async ({ browser, tolerated }, use) => {
		const checks: (() => void)[] = [];
		const contexts: BrowserContext[] = [];
		await use(async (person) => {
			const context = await browser.newContext({ storageState: stateFile(person) });
			contexts.push(context);
			checks.push(guard(context, tolerated));
			return context.newPage();
		});
		for (const context of contexts) await context.close();
		for (const check of checks) check();
	}
});

export { expect };
