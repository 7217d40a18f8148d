/** Photos of lines and variances: taken here, kept on the device first, and sent behind what they are of. */
import { sendFile } from '$lib/api/client';
import { asProblem, fallbackTitle } from '$lib/api/problem';
import type { SkuRef, Uuid } from '$lib/api/types';
import { uuidv7 } from '$lib/ids';
import { t } from '$lib/i18n';
import type { Command, Parcel } from '$lib/state/outbox';
import { download, inFileName } from '$lib/state/download';
import { outbox } from '$lib/state/device-outbox.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { resized, Unreadable } from './resize';

/** As the server has it, of one line or one variance. */
export const PHOTOS_OF_THING_MAX = 20;
/** While logging: enough for every side of a box. */
export const SHOTS_MAX = 5;

/** A person looks at the screen meanwhile, and hears of it if it fails. */
const UNKEPT_TIMEOUT_MS = 60_000;

/** What a photo is of. */
export type PhotoOf = { movement_id: Uuid } | { count_id: Uuid; sku_id: Uuid };

/** Taken, and only in this page's memory yet. */
export interface Shot {
	id: Uuid;
	file: Blob;
	/** For showing it. Revoked by whoever is done with it. */
	url: string;
}

export const sameThing = (a: PhotoOf, b: PhotoOf) =>
	'movement_id' in a ? 'movement_id' in b && a.movement_id === b.movement_id : 'count_id' in b && a.count_id === b.count_id && a.sku_id === b.sku_id;

/** Those of a thing that the server doesn't have yet, oldest first. */
export const waitingOf = (of: PhotoOf, commands: Command[]) => commands.filter((c) => c.kind === 'photo' && sameThing(c.body as PhotoOf, of));

/** Makes it small. null where it can't be read; the person is told. */
export async function shoot(file: File): Promise<Shot | null> {
	try {
		const small = await resized(file);
		return { id: uuidv7(), file: small, url: URL.createObjectURL(small) };
	} catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		toasts.show({ text: t('photo.unreadable'), detail: t('photo.unreadableHint'), tone: 'error' });
		return null;
	}
}

type About = Pick<SkuRef, 'id' | 'product_id' | 'product_title' | 'title'>;

/** A photo as the outbox takes it. `after`: the variance that it goes with, where that is on its way itself. */
export function parcel(shot: Pick<Shot, 'id' | 'file'>, of: PhotoOf, at: { id: Uuid; name: string }, sku: About, after?: Uuid): Parcel {
	return {
		file: shot.file,
		draft: {
			kind: 'photo',
			id: shot.id,
			user_id: session.me?.id ?? '',
			user_name: session.me?.name ?? '',
			facility_id: at.id,
			facility_name: at.name,
			path: '/photos',
			body: { id: shot.id, ...of },
			about: { product_id: sku.product_id, sku_id: sku.id, title: sku.product_title, option: sku.title ?? '', quantity: 0, reason: t('photo.one') },
			...(after && { after })
		}
	};
}

/** Where the device can't store anything (a private window): only the straight way is left. */
export async function sendUnkept(shots: Shot[], of: PhotoOf): Promise<void> {
	const sent = await Promise.allSettled(shots.map(({ id, file }) => sendFile('/photos', { id, ...of }, file, AbortSignal.timeout(UNKEPT_TIMEOUT_MS))));
	const count = sent.filter((s) => s.status === 'rejected').length;
	if (count) toasts.show({ text: t('photo.notSent', { count }), detail: t('photo.notSentHint'), tone: 'error', seconds: 20 });
}

/** The way out where the server doesn't want it. */
export async function savePhoto({ id, about }: Command): Promise<void> {
	const file = await outbox.picture(id);
	if (!file) return void toasts.show({ text: t('photo.gone'), tone: 'error' });
	download(`${inFileName([about.title, about.option, t('photo.one')].join(' '))}.jpg`, file);
}

/** Keeps a photo of what the server has. False where the device couldn't; the person is told. */
export async function keepPhoto(shot: Shot, of: PhotoOf, facilityId: Uuid, sku: About): Promise<boolean> {
	try {
		await outbox.keep(parcel(shot, of, { id: facilityId, name: session.facilityName(facilityId) }, sku));
		return true;
	} catch (error) {
		const problem = asProblem(error);
		toasts.show({ text: t('photo.notKept'), detail: problem.detail || problem.title || t(fallbackTitle(problem)), tone: 'error' });
		return false;
	} finally {
		URL.revokeObjectURL(shot.url);
	}
}
