import type { Movement, SkuRef, Uuid } from '$lib/api/types';
import { signed } from '$lib/i18n/format';
import { session } from '$lib/state/session.svelte';
import type { PhotoOf } from './photos';

/** What the sheet with photos shows: one for the whole app, since a history has many entries. */
interface Subject {
	of: PhotoOf;
	facilityId: Uuid;
	sku: Pick<SkuRef, 'id' | 'product_id' | 'product_title' | 'title'>;
	/** "−1 Damaged". */
	title: string;
	/** May add some. */
	may: boolean;
}

class PhotoSheet {
	subject = $state.raw<Subject | null>(null);
	/** Somebody has opened it since the app started. */
	wanted = $state(false);

	show(subject: Subject): void {
		this.wanted = true;
		this.subject = subject;
	}

	/** Of a variance, posted or asked for: its movement has the same id. */
	showVariance({ id, facility_id, sku }: Pick<Movement, 'id' | 'facility_id' | 'sku'>, change: number, reason: string): void {
		const may = session.can('variance.report', facility_id);
		this.show({ of: { movement_id: id }, facilityId: facility_id, sku, title: `${signed(change)} ${reason}`, may });
	}
}

export const photoSheet = new PhotoSheet();
