import type { SkuRef, Uuid } from '$lib/api/types';
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
}

export const photoSheet = new PhotoSheet();
