/** One function per operation that a screen calls; the names are the API's operation ids in our spelling. */
import { api, seg, type Query } from './client';
import type {
	Home,
	IdentifierMatch,
	Level,
	Me,
	Movement,
	Order,
	Page,
	Product,
	ProductSummary,
	Reason,
	Uuid,
	VarianceAnswer,
	VarianceBody,
	VarianceRequest
} from './types';

// Session
export const createSession = (email: string, password: string) =>
	api.post<Me>('/session', { email, password }, { keepSignedOut: true });
export const deleteSession = () => api.delete<void>('/session', { keepSignedOut: true });
export const getMe = () => api.get<Me>('/me');

// Catalogue
export const listProducts = (query: Query, signal?: AbortSignal) => api.get<Page<ProductSummary>>('/products', query, signal);
export const getProduct = (id: Uuid, signal?: AbortSignal) => api.get<Product>(`/products/${seg(id)}`, undefined, signal);
export const resolveIdentifier = (code: string, signal?: AbortSignal) =>
	api.get<Page<IdentifierMatch>>(`/identifiers/${seg(code)}`, undefined, signal);

// Stock
export const listLevels = (query: Query, signal?: AbortSignal) => api.get<Page<Level>>('/levels', query, signal);
export const listMovements = (query: Query, signal?: AbortSignal) => api.get<Page<Movement>>('/movements', query, signal);

export const listOrders = (query: Query, signal?: AbortSignal) => api.get<Page<Order>>('/orders', query, signal);

// Variances
export const listReasons = (query: Query, signal?: AbortSignal) => api.get<Page<Reason>>('/reasons', query, signal);
export const previewVariance = (body: VarianceBody, signal?: AbortSignal) =>
	api.post<VarianceAnswer>('/variances/preview', body, { signal });
export const listVariances = (query: Query, signal?: AbortSignal) => api.get<Page<Movement>>('/variances', query, signal);
export const listVarianceRequests = (query: Query, signal?: AbortSignal) =>
	api.get<Page<VarianceRequest>>('/variance-requests', query, signal);

// Work
export const getHome = (facilityId: Uuid, signal?: AbortSignal) => api.get<Home>('/home', { facility_id: facilityId }, signal);
