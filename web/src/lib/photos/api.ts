import { api, url } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Uuid } from '$lib/api/types';
import type { PhotoOf } from './photos';

export type StoredPhoto = components['schemas']['Photo'];

/** A plain address: the browser keeps the picture, which never changes. */
export const photoUrl = (id: Uuid) => url(`/photos/${encodeURIComponent(id)}`);

export const listPhotos = (of: PhotoOf, signal?: AbortSignal) =>
	'movement_id' in of
		? api.get('/variances/{id}/photos', { path: { id: of.movement_id }, signal })
		: api.get('/counts/{id}/lines/{sku_id}/photos', { path: { id: of.count_id, sku_id: of.sku_id }, signal });
