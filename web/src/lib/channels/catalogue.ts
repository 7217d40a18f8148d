/** Brings the words of these pages; imported by whatever shows them. */
import { addWords } from '$lib/i18n';
import { channels } from '$lib/i18n/en/channels';

addWords(channels);
