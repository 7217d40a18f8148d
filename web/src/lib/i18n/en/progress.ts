import type { Message } from '../messages';

/** How far a change is on its way to the shop: on every page that shows changes. */
export const progress = {
	'way.saved': 'Saved, goes to {shop} next',
	'way.sent': 'Sent to {shop}, no answer yet',
	'way.confirmed': '{shop} has it',
	'way.held': '{shop}: waits for a person',
	'way.rejected': '{shop} refuses it',
	'way.skipped': 'Not sent to {shop} any more',
	'way.none': 'Nothing to tell {shop}',
	'way.label': 'On its way to {shop}',
	'way.step.saved': 'Saved',
	'way.step.sent': 'Sent',
	'way.step.confirmed': 'Confirmed',
	'way.step.yet': 'not yet',
	'way.adjustment': 'The shop’s id of it',
	'way.hint.held': 'It is larger than the shop’s limit. Whoever looks after the shop lets it go or skips it.',
	'way.hint.skipped': 'It was given up, or the shop was compared anew since.',
	'way.hint.none': 'The shop’s quantities don’t change by it.',
	'way.all': 'More about it'
} satisfies Record<string, Message>;
