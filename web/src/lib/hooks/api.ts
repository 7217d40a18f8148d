/** Webhooks: other systems that are told what happens. */
import { api } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Uuid } from '$lib/api/types';
import type { BodyOf, QueryOf } from '$lib/api/typed';

type Schemas = components['schemas'];

export type Hook = Schemas['WebhookEndpoint'];
export type HookEvent = Schemas['WebhookEvent'];
export type HookMessage = Schemas['WebhookMessage'];

/** What can be asked for; a test is sent on demand alone. */
export const EVENTS = [
	'variance.posted',
	'variance.reversed',
	'variance.requested',
	'variance.approved',
	'variance.declined',
	'count.closed',
	'orders.at_risk',
	'drift.found'
] as const satisfies HookEvent[];

/** All of them: there are few. */
export const listHooks = (signal?: AbortSignal) => api.get('/webhook-endpoints', { signal });
export const createHook = (body: BodyOf<'post', '/webhook-endpoints'>) => api.post('/webhook-endpoints', { body });
export const updateHook = (id: Uuid, body: BodyOf<'patch', '/webhook-endpoints/{id}'>) => api.patch('/webhook-endpoints/{id}', { path: { id }, body });
export const deleteHook = (id: Uuid) => api.delete('/webhook-endpoints/{id}', { path: { id } });
export const testHook = (id: Uuid, message: Uuid) => api.post('/webhook-endpoints/{id}/test', { path: { id }, body: { id: message } });
export const listMessages = (id: Uuid, query: QueryOf<'get', '/webhook-endpoints/{id}/messages'>, signal?: AbortSignal) =>
	api.get('/webhook-endpoints/{id}/messages', { path: { id }, query, signal });
export const replayMessage = (id: Uuid, message_id: Uuid) =>
	api.post('/webhook-endpoints/{id}/messages/{message_id}/replay', { path: { id, message_id }, body: {} });

/** The address as it is typed, where messages may go there: `https://`, or this machine. */
export function hookAddress(text: string): string | null {
	try {
		const url = new URL(text.trim());
		const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
		return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.href : null;
	} catch {
		return null;
	}
}
