import { describe, expect, it } from 'vitest';
import { credentialErrors, credentialsOf, isBlank, NO_CREDENTIALS } from './credentials';

const typed = { token: ' shpat_1 ', clientId: ' app ', clientSecret: ' hush ' };

describe('credentials', () => {
	it('are sent as the kind that was chosen, and nothing of the other', () => {
		expect(credentialsOf('static', typed)).toEqual({ kind: 'static', token: 'shpat_1' });
		expect(credentialsOf('client_credentials', typed)).toEqual({ kind: 'client_credentials', client_id: 'app', client_secret: 'hush' });
	});

	it('are missed where the server would look for them', () => {
		const missed = (errors: Record<string, string | false>) => Object.keys(errors).filter((key) => errors[key]);
		expect(missed(credentialErrors('static', NO_CREDENTIALS))).toEqual(['/credentials/token']);
		expect(missed(credentialErrors('client_credentials', { ...NO_CREDENTIALS, clientId: 'app' }, ''))).toEqual(['/client_secret']);
		expect(missed(credentialErrors('client_credentials', typed))).toEqual([]);
		expect([isBlank('static', NO_CREDENTIALS), isBlank('client_credentials', typed)]).toEqual([true, false]);
	});
});
