import { choose, history, MINUS, openProduct, openSheet, postButton, quantity, toast } from './support/app';
import { expect, test } from './support/test';

test.describe('somebody with two stores', () => {
	test.use({ person: 'lead' });

	test('damaged −1: three touches, seen elsewhere without reloading, and taken back', async ({ page, api, isPhone, openAs }) => {
		const product = await api.product({ stock: 2, elsewhere: { S2: 3 } });
		const order = await api.order(product.sku, 2);
		await openProduct(page, product);
		const other = await openAs('associate');
		await openProduct(other, product);
		await expect(quantity(other, 'Available')).toHaveText('0');

		const press = async (what: ReturnType<typeof page.getByRole>) => (isPhone ? what.tap() : what.click());
		const sheet = page.getByRole('dialog', { name: 'Log variance' });
		const post = sheet.getByRole('button', { name: `Post ${MINUS}1 damaged` });
		await press(page.getByRole('button', { name: 'Log variance' }));
		await press(sheet.getByRole('button', { name: 'minus, Damaged' }));
		// What it will do, before it is done: the order that can't be filled, and who could.
		await expect(sheet.locator('dl')).toContainText('0');
		await expect(sheet.getByText(`${MINUS}1`, { exact: true })).toBeVisible();
		await expect(sheet.getByText('1 order can’t be filled from here')).toBeVisible();
		await expect(sheet.getByText(order)).toBeVisible();
		await expect(sheet.getByText('Harbour has 3')).toBeVisible();
		await press(post);

		await expect(sheet).toBeHidden();
		const said = toast(page, `${MINUS}1 damaged posted`);
		await expect(said).toContainText('1 order can’t be filled from here');
		await expect(quantity(page, 'Available')).toHaveText(`${MINUS}1`);
		await expect(page.getByText('1 damaged ', { exact: false }).first()).toBeVisible();
		await expect(history(page).first()).toContainText('Damaged');
		await expect(history(page).first()).toContainText('Rory Doyle');
		// The other screen has been told.
		await expect(quantity(other, 'Available')).toHaveText(`${MINUS}1`);
		await expect(history(other).first()).toContainText('Damaged');
		expect(await api.level(product.sku)).toMatchObject({ on_hand: 2, available: -1, damaged: 1 });

		await press(said.getByRole('button', { name: 'Undo' }));
		await expect(toast(page, `${MINUS}1 damaged undone`)).toBeVisible();
		await expect(quantity(page, 'Available')).toHaveText('0');
		await expect(quantity(other, 'Available')).toHaveText('0');
		await expect(history(other).first()).toContainText('Undone: Damaged');
		await expect(page.getByText('can’t be filled from here')).toBeHidden();
		expect(await api.level(product.sku)).toMatchObject({ on_hand: 2, available: 0, damaged: 0 });
		expect((await api.variances(product.sku)).map((m) => m.kind)).toEqual(['reversal', 'variance']);
	});
});

test('found +2, by steps and by typing', { tag: '@desktop' }, async ({ page, api }) => {
	const product = await api.product({ stock: 3 });
	await openProduct(page, product);
	const sheet = await openSheet(page);
	await choose(sheet, 'Found');
	await sheet.getByRole('button', { name: 'One more' }).click();
	await expect(sheet.getByRole('textbox', { name: 'How many?' })).toHaveValue('2');
	await postButton(sheet).click();
	await expect(toast(page, '+2 found posted')).toContainText('On hand 3 → 5');
	await expect(quantity(page, 'On hand')).toHaveText('5');

	const again = await openSheet(page);
	await choose(again, 'Lost');
	const field = again.getByRole('textbox', { name: 'How many?' });
	await field.fill('');
	await expect(postButton(again)).toBeDisabled();
	await field.fill('4');
	await field.hover();
	await page.mouse.wheel(0, 300);
	await expect(field).toHaveValue('4');
	await again.getByRole('textbox', { name: /^Note/ }).fill('not in the stockroom either');
	await postButton(again).click();
	await expect(quantity(page, 'On hand')).toHaveText('1');
	await expect(history(page).first()).toContainText('not in the stockroom either');
	expect(await api.variances(product.sku)).toMatchObject([
		{ on_hand_change: -4, reason: 'lost', note: 'not in the stockroom either' },
		{ on_hand_change: 2, reason: 'found', note: null }
	]);
});

test('undo in the history, once @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 5 });
	await api.variance(product.sku, -2, 'stolen', 'cut security tag');
	await openProduct(page, product);
	await expect(quantity(page, 'On hand')).toHaveText('3');
	await page.getByRole('button', { name: `Undo ${MINUS}2 Stolen` }).click();
	await expect(quantity(page, 'On hand')).toHaveText('5');
	await expect(history(page).first()).toContainText('Undone: Stolen');
	await expect(page.getByRole('button', { name: `Undo ${MINUS}2 Stolen` })).toBeHidden();
	expect(await api.variances(product.sku)).toHaveLength(2);
});

test('a reason that needs a note says so before, and takes the focus there @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 5 });
	await openProduct(page, product);
	const sheet = await openSheet(page);
	await choose(sheet, 'Shipped by mistake, Note needed');
	const note = sheet.getByLabel('Note (needed for “Shipped by mistake”)');
	await expect(note).toBeVisible();
	await postButton(sheet).click();
	await expect(sheet.getByText('Say in a few words what happened.')).toBeVisible();
	await expect(note).toBeFocused();
	expect(await api.variances(product.sku)).toEqual([]);
	await note.fill('two sent instead of one');
	await postButton(sheet).click();
	await expect(quantity(page, 'On hand')).toHaveText('4');
});

test('a reason that goes both ways asks for the direction @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 5 });
	await openProduct(page, product);
	const sheet = await openSheet(page);
	await choose(sheet, 'Data correction');
	await expect(postButton(sheet)).toHaveText(`Post ${MINUS}1 data correction`);
	await sheet.getByRole('button', { name: 'More', exact: true }).click();
	await expect(postButton(sheet)).toHaveText('Post +1 data correction');
	await sheet.getByLabel(/^Note/).fill('scanned under the size next to it');
	await postButton(sheet).click();
	await expect(quantity(page, 'On hand')).toHaveText('6');
});

test.describe('below zero', () => {
	test.use({ tolerated: /status of 422/ });

	test('the record has fewer: it says how many, and offers to take those @phone', async ({ page, api }) => {
		const product = await api.product({ stock: 3 });
		await openProduct(page, product);
		const sheet = await openSheet(page);
		await choose(sheet, 'Lost');
		await sheet.getByRole('textbox', { name: 'How many?' }).fill('5');
		await expect(sheet.getByText(/3 good units/)).toBeVisible();
		await expect(postButton(sheet)).toBeDisabled();
		await sheet.getByRole('button', { name: 'Change to 3' }).click();
		await expect(sheet.getByText(/3 good units/)).toBeHidden();
		await postButton(sheet).click();
		await expect(quantity(page, 'On hand')).toHaveText('0');
		expect((await api.variances(product.sku)).map((m) => m.on_hand_change)).toEqual([-3]);
	});
});

test('pressed twice, it is posted once @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 8 });
	await openProduct(page, product);
	const sheet = await openSheet(page);
	await choose(sheet, 'Damaged');
	await postButton(sheet).dblclick();
	await expect(toast(page, 'damaged posted')).toHaveCount(1);
	await expect(quantity(page, 'Available')).toHaveText('7');
	await expect(sheet).toBeHidden();
	await page.reload();
	await expect(quantity(page, 'Available')).toHaveText('7');
	expect(await api.variances(product.sku)).toHaveLength(1);
});

test('the whole of it by keyboard alone @desktop', async ({ page, api }) => {
	const product = await api.product({ stock: 4 });
	await openProduct(page, product);
	const open = page.getByRole('button', { name: 'Log variance' });
	// As far as Tab leads: everything between has to let the focus pass.
	for (let i = 0; i < 40 && !(await open.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
	await expect(open).toBeFocused();
	await page.keyboard.press('Enter');
	const sheet = page.getByRole('dialog', { name: 'Log variance' });
	const first = sheet.getByRole('group', { name: 'What happened?' }).getByRole('button').first();
	await expect(first).toBeVisible();
	const damaged = sheet.getByRole('button', { name: 'minus, Damaged' });
	for (let i = 0; i < 20 && !(await damaged.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
	await page.keyboard.press('Space');
	await expect(damaged).toHaveAttribute('aria-pressed', 'true');
	const field = sheet.getByRole('textbox', { name: 'How many?' });
	for (let i = 0; i < 20 && !(await field.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
	await page.keyboard.press('ArrowUp');
	await expect(field).toHaveValue('2');
	const post = sheet.getByRole('button', { name: `Post ${MINUS}2 damaged` });
	for (let i = 0; i < 20 && !(await post.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(quantity(page, 'Available')).toHaveText('2');
	// The focus is back where it was, not at the start of the page.
	await expect(open).toBeFocused();
	await open.press('Enter');
	await expect(first).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(sheet).toBeHidden();
	expect(await api.variances(product.sku)).toHaveLength(1);
});

test('whoever sees one store only isn’t told that nobody else has it @phone', async ({ page, api }) => {
	const product = await api.product({ stock: 2, elsewhere: { S2: 5 } });
	const order = await api.order(product.sku, 2);
	await openProduct(page, product);
	const sheet = await openSheet(page);
	await choose(sheet, 'Lost');
	await expect(sheet.getByText(order)).toBeVisible();
	await expect(sheet.getByText(/No other facility/)).toHaveCount(0);
});
