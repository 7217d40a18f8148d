import { expect, it } from 'vitest';
import { hookAddress } from './api';

it('sends messages over https, or to this machine', () => {
	expect(hookAddress(' https://erp.example.com/hooks ')).toBe('https://erp.example.com/hooks');
	expect(hookAddress('http://127.0.0.1:4000/')).toBe('http://127.0.0.1:4000/');
	for (const bad of ['', 'erp.example.com', 'http://erp.example.com', 'ftp://erp.example.com', 'https://']) expect(hookAddress(bad), bad).toBeNull();
});
