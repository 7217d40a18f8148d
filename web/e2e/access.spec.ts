import { openProduct, quantity } from './support/app';
import { expect, test } from './support/test';

test.describe('a manager of one facility', () => {
	test('neither sees nor finds another @phone', async ({ page, api, openAs }) => {
		const product = await api.product({ stock: 3, elsewhere: { S2: 4 } });
		await openProduct(page, product);
		await expect(page.getByText('Harbour')).toHaveCount(0);
		await expect(page.getByRole('button', { name: 'Facility: Main Street' }).filter({ visible: true })).toBeDisabled();
		const status = await page.evaluate(
			async ([here, there]) => [(await fetch(`/api/v1/levels?facility_id=${here}`)).status, (await fetch(`/api/v1/levels?facility_id=${there}`)).status],
			[await api.facility('S1'), await api.facility('S2')]
		);
		expect(status).toEqual([200, 404]);

		const neighbour = await openAs('neighbour');
		await openProduct(neighbour, product);
		await expect(quantity(neighbour, 'On hand')).toHaveText('4');
		await expect(neighbour.getByText('Main Street')).toHaveCount(0);
	});

	test.use({ tolerated: /status of 404/ });
});

test.describe('somebody at head office', () => {
	test.use({ person: 'controller' });

	test('switches the facility, and sees the others beside it', async ({ page, api, isPhone }) => {
		const product = await api.product({ stock: 3, elsewhere: { S2: 4 } });
		await openProduct(page, product);
		await expect(quantity(page, 'On hand')).toHaveText('3');
		if (isPhone) await page.getByRole('button', { name: /^Elsewhere/ }).click();
		await expect(page.getByRole('button', { name: /^Harbour 4/ })).toBeVisible();

		await page.getByRole('button', { name: 'Facility: Main Street' }).filter({ visible: true }).click();
		await page.getByRole('dialog', { name: 'Switch facility' }).getByRole('button', { name: 'Harbour' }).click();
		await expect(quantity(page, 'On hand')).toHaveText('4');
		// It is remembered on this device.
		await page.reload();
		await expect(quantity(page, 'On hand')).toHaveText('4');
	});
});

test.describe('an auditor', () => {
	test.use({ person: 'auditor' });

	test('looks, and is offered nothing to change @phone', async ({ page, api }) => {
		const product = await api.product({ stock: 3 });
		await openProduct(page, product);
		await expect(quantity(page, 'On hand')).toHaveText('3');
		await expect(page.getByRole('button', { name: /Log variance|Report variance|Undo/ })).toHaveCount(0);
	});
});
