/** Brings the words of this page; imported by whatever shows them. */
import { addWords } from '$lib/i18n';
import { webhooks } from '$lib/i18n/en/webhooks';

addWords(webhooks);
