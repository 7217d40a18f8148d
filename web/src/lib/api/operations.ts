/** One function per operation that a screen calls; the names are the API's operation ids in our spelling. */
import { api } from './client';
import type { BodyOf, QueryOf } from './typed';
import type { Uuid } from './types';

// Session
export const createSession = (email: string, password: string) =>
	api.post('/session', { body: { email, password }, keepSignedOut: true });
export const deleteSession = () => api.delete('/session', { keepSignedOut: true });
export const getMe = () => api.get('/me');

// Catalogue
export const listProducts = (query: QueryOf<'get', '/products'>, signal?: AbortSignal) => api.get('/products', { query, signal });
export const getProduct = (id: Uuid, signal?: AbortSignal) => api.get('/products/{id}', { path: { id }, signal });
export const resolveIdentifier = (code: string, signal?: AbortSignal) => api.get('/identifiers/{code}', { path: { code }, signal });

// Stock
export const listLevels = (query: QueryOf<'get', '/levels'>, signal?: AbortSignal) => api.get('/levels', { query, signal });
export const listMovements = (query: QueryOf<'get', '/movements'>, signal?: AbortSignal) => api.get('/movements', { query, signal });
export const listOrders = (query: QueryOf<'get', '/orders'>, signal?: AbortSignal) => api.get('/orders', { query, signal });

// Variances
export const listReasons = (query: QueryOf<'get', '/reasons'>, signal?: AbortSignal) => api.get('/reasons', { query, signal });
export const createVariance = (body: BodyOf<'post', '/variances'>) => api.post('/variances', { body });
export const previewVariance = (body: BodyOf<'post', '/variances/preview'>, signal?: AbortSignal) =>
	api.post('/variances/preview', { body, signal });
export const listVariances = (query: QueryOf<'get', '/variances'>, signal?: AbortSignal) => api.get('/variances', { query, signal });
/** With how far it is on its way to the shops, which the answer to posting it can't know. */
export const getVariance = (id: Uuid, signal?: AbortSignal) => api.get('/variances/{id}', { path: { id }, signal });
export const listVarianceRequests = (query: QueryOf<'get', '/variance-requests'>, signal?: AbortSignal) =>
	api.get('/variance-requests', { query, signal });

// Work
export const getHome = (facility_id: Uuid, signal?: AbortSignal) => api.get('/home', { query: { facility_id }, signal });
