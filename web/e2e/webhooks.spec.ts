import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { word } from './support/api';
import { expect, test } from './support/test';

test.use({ person: 'admin' });

/** Another system, on this machine: what came in, and what it answers. */
class Receiver {
	readonly heard: { headers: IncomingHttpHeaders; body: string }[] = [];
	answers = 204;
	private server!: Server;

	static async open(): Promise<Receiver> {
		const receiver = new Receiver();
		receiver.server = createServer((request, response) => {
			let body = '';
			request.on('data', (part: Buffer) => (body += part.toString()));
			request.on('end', () => {
				receiver.heard.push({ headers: request.headers, body });
				response.writeHead(receiver.answers).end();
			});
		});
		await new Promise<void>((done) => receiver.server.listen(0, '127.0.0.1', done));
		return receiver;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks`;
	}

	close(): void {
		this.server.closeAllConnections();
		this.server.close();
	}
}

let receiver: Receiver;
test.beforeEach(async () => {
	receiver = await Receiver.open();
});
test.afterEach(() => receiver.close());

test('another system is told, its messages are genuine, and it is told no more once it is deleted @phone', async ({ page }) => {
	const name = `ERP ${word()}`;
	await page.goto('/settings/webhooks');
	await page.getByRole('button', { name: 'Add a webhook' }).first().click();
	const sheet = page.getByRole('dialog', { name: 'Add a webhook' });
	const add = sheet.getByRole('button', { name: 'Add a webhook' });
	await sheet.getByRole('checkbox', { name: 'A variance was posted' }).uncheck();
	await sheet.getByLabel('Address').fill('erp.example.com');
	await add.click();
	await expect(sheet.getByText('Enter a name.')).toBeVisible();
	await expect(sheet.getByText('Enter an address that begins with https://.')).toBeVisible();
	await expect(sheet.getByText('Choose at least one.')).toBeVisible();
	await sheet.getByLabel('What is it for?').fill(name);
	await sheet.getByLabel('Address').fill(receiver.url);
	await sheet.getByRole('checkbox', { name: 'A count was closed' }).check();
	await add.click();
	const made = page.getByRole('dialog', { name: 'Copy the secret now' });
	const secret = await made.getByLabel('Signing secret').inputValue();
	expect(secret).toMatch(/^whsec_/);
	await made.getByRole('button', { name: 'I have copied it' }).click();

	const item = page.getByRole('listitem').filter({ hasText: name });
	await expect(item).toContainText(receiver.url);
	await expect(item).toContainText('A count was closed');
	await item.getByRole('button', { name: `Messages to ${name}` }).click();
	const messages = page.getByRole('dialog', { name: 'Messages' });
	await expect(messages.getByText('Nothing was sent yet')).toBeVisible();
	await messages.getByRole('button', { name: 'Send a test' }).click();
	await expect(messages.getByText('Arrived')).toBeVisible();
	await expect(messages.getByText(/1 try · HTTP 204/)).toBeVisible();
	const [told] = receiver.heard;
	const signed = `${told!.headers['webhook-id']}.${told!.headers['webhook-timestamp']}.${told!.body}`;
	const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
	expect(told!.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);

	// The same once more, for whoever lost it.
	await messages.getByRole('button', { name: 'Send Test again' }).click();
	await expect.poll(() => receiver.heard.length).toBe(2);
	expect(receiver.heard[1]!.headers['webhook-id']).toBe(told!.headers['webhook-id']);
	await page.keyboard.press('Escape');

	await item.getByRole('button', { name: `Change ${name}` }).click();
	const change = page.getByRole('dialog', { name: 'Webhook' });
	await change.getByRole('switch', { name: 'Switched on' }).uncheck({ force: true });
	await change.getByRole('button', { name: 'Save' }).click();
	await expect(item.getByText('Off', { exact: true })).toBeVisible();
	await item.getByRole('button', { name: `Change ${name}` }).click();
	await change.getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('dialog', { name: `Delete “${name}”?` }).getByRole('button', { name: 'Delete' }).click();
	await expect(item).toHaveCount(0);
});

test('what is refused shows with the answer', async ({ page }) => {
	const name = `Chat ${word()}`;
	receiver.answers = 500;
	await page.goto('/settings/webhooks');
	await page.getByRole('button', { name: 'Add a webhook' }).first().click();
	const sheet = page.getByRole('dialog', { name: 'Add a webhook' });
	await sheet.getByLabel('What is it for?').fill(name);
	await sheet.getByLabel('Address').fill(receiver.url);
	await sheet.getByRole('button', { name: 'Add a webhook' }).click();
	await page.getByRole('button', { name: 'I have copied it' }).click();
	await page.getByRole('button', { name: `Messages to ${name}` }).click();
	const messages = page.getByRole('dialog', { name: 'Messages' });
	await messages.getByRole('button', { name: 'Send a test' }).click();
	await expect(messages.getByText(/HTTP 500/)).toBeVisible();
	await expect(messages.getByText('Waits')).toBeVisible();
});
